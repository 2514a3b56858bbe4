import { rampColour, shareColour } from "../scale.ts";
import type { Rgb, ThemeKind } from "../scale.ts";
import type { HeatPlot } from "./chart.ts";

/** Index of the column under each pixel; −1 outside of all of them. */
export function columnsOf(
  { edges, cells }: Pick<HeatPlot, "edges" | "cells">,
  width: number,
  xAt: (pixelOfImage: number) => number,
): Int32Array {
  const columns = new Int32Array(width).fill(-1);
  let column = 0;
  for (let px = 0; px < width; px++) {
    const x = xAt(px + 0.5);
    while (column < cells.length && x > (edges[column + 1] ?? Infinity)) column++;
    if (column < cells.length && x > (edges[0] ?? Infinity)) columns[px] = column;
  }
  return columns;
}

/** The cells of a heat map as an image: a pixel for each column of the screen and each row, transparent where there is no figure. */
export type Raster = (
  plot: Pick<HeatPlot, "cells" | "paint">,
  rows: number,
  columns: Int32Array,
  kind: ThemeKind,
) => HTMLCanvasElement;

/** Paints the columns alone that show other cells than before: of a run that goes on, the last ones. */
export function raster(): Raster {
  const canvas = document.createElement("canvas");
  let image: ImageData | undefined;
  let look = "";
  /** The cells that each column of pixels shows. */
  let shown: (readonly number[] | undefined)[] = [];

  return ({ cells, paint }, rows, columns, kind) => {
    const width = columns.length;
    if (image?.width !== width || image.height !== rows || look !== `${paint} ${kind}`) {
      [image, look, shown] = [new ImageData(width, rows), `${paint} ${kind}`, []];
      [canvas.width, canvas.height] = [width, rows];
    }
    const pixels = new Uint32Array(image.data.buffer);
    const colourOf = lookUp(paint, kind);
    let [from, to] = [width, 0];
    for (let px = 0; px < width; px++) {
      const column = cells[columns[px] ?? -1];
      if (column === shown[px]) continue;
      for (let row = 0; row < rows; row++) pixels[row * width + px] = colourOf(column?.[row] ?? NaN);
      shown[px] = column;
      [from, to] = [Math.min(from, px), px + 1];
    }
    if (from < to)
      canvas
        .getContext("2d", { willReadFrequently: true })
        ?.putImageData(image, 0, 0, from, 0, to - from, rows);
    return canvas;
  };
}

const STEPS_PER_DECADE = 32;
const DECADES = 16;
const HALF = STEPS_PER_DECADE * DECADES;

const tables = new Map<string, Uint32Array>();

/** The packed colour of a value; 0 where there is none. */
function lookUp(paint: HeatPlot["paint"], kind: ThemeKind): (value: number) => number {
  const key = `${paint} ${kind}`;
  const table = tables.get(key) ?? tableOf(paint, kind);
  tables.set(key, table);
  if (paint === "ramp") return (value) => (value > 0 ? (table[Math.round(value * 2 * HALF)] ?? 0) : 0);
  const nonfinite = packed(shareColour(Infinity, kind));
  return (value) => {
    if (Number.isNaN(value)) return 0;
    if (value === Infinity) return nonfinite;
    return table[Math.round(Math.min(DECADES, Math.max(-DECADES, value)) * STEPS_PER_DECADE) + HALF] ?? 0;
  };
}

const tableOf = (paint: HeatPlot["paint"], kind: ThemeKind): Uint32Array =>
  Uint32Array.from({ length: 2 * HALF + 1 }, (_, i) =>
    packed(
      paint === "share" ? shareColour((i - HALF) / STEPS_PER_DECADE, kind) : rampColour(i / (2 * HALF), kind),
    ),
  );

/** Red, green, blue and full opacity in the order of bytes that every machine with a browser has. */
const packed = ([red, green, blue]: Rgb): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
