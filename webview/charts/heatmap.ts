import type { ThemeKind } from "../scale.ts";
import type { HeatPlot } from "./chart.ts";
import type { Stage } from "./overlay.ts";
import { dots, hatch, inkOn } from "./patterns.ts";
import { columnsOf, pixelsOf } from "./raster.ts";

/**
 * Draws the cells of a heat map into the area under the axes: one pixel of an image per column of the screen and per
 * layer, stretched to the area. A plugin that draws rectangles takes a hundred times as long.
 */
export function drawCells(stage: Stage, plot: HeatPlot, kind: ThemeKind): void {
  const { ctx, area } = stage;
  const width = Math.round(area.right - area.left);
  const rows = Math.round(plot.y.max - plot.y.min);
  if (width < 1 || rows < 1 || plot.cells.length < 1) return;
  const columns = columnsOf(plot, width, (pixel) => stage.xAt(area.left + pixel));
  const pixels = pixelsOf(plot, rows, columns, kind);
  const image = imageOf(new ImageData(new Uint8ClampedArray(pixels.buffer), width, rows));
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(image, area.left, area.top, width, area.bottom - area.top);
  if (plot.paint === "share") drawPatterns(stage, plot, kind);
}

let scratch: HTMLCanvasElement | undefined;

/** The pixels as something that can be drawn stretched; valid until the next call, since one canvas serves all. */
function imageOf(data: ImageData): HTMLCanvasElement {
  const canvas = (scratch ??= document.createElement("canvas"));
  if (canvas.width !== data.width) canvas.width = data.width;
  if (canvas.height !== data.height) canvas.height = data.height;
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(data, 0, 0);
  return canvas;
}

/** Hatches what is not finite and dots what is exactly 0, so that neither meaning is in the colour alone. */
function drawPatterns(stage: Stage, plot: HeatPlot, kind: ThemeKind): void {
  const { ctx } = stage;
  const ink = inkOn(kind);
  for (const [value, draw] of [
    [Infinity, hatch],
    [-Infinity, dots],
  ] as const) {
    ctx.beginPath();
    const pattern = outline(stage, plot, value) && ctx.createPattern(draw(ink), "repeat");
    if (!pattern) continue;
    ctx.fillStyle = pattern;
    ctx.fill();
  }
}

/** Adds the outlines of all cells of this value to the path; whether there is any. */
function outline({ ctx, xOf, yOf }: Stage, { cells, edges, y }: HeatPlot, value: number): boolean {
  let any = false;
  for (const [column, layers] of cells.entries()) {
    let row = layers.indexOf(value);
    if (row < 0) continue;
    any = true;
    const [left, right] = [xOf(edges[column] ?? NaN), xOf(edges[column + 1] ?? NaN)];
    for (; row >= 0; row = layers.indexOf(value, row + 1)) {
      const [top, bottom] = [yOf(y.min + row), yOf(y.min + row + 1)];
      ctx.rect(left, top, right - left, bottom - top);
    }
  }
  return any;
}
