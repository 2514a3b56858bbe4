import { rampColour, shareColour } from "../scale.ts";
import type { Rgb, ThemeKind } from "../scale.ts";
import type { HeatPlot } from "./chart.ts";
import { dots, hatch, inkOn } from "./patterns.ts";
import type { Stage } from "./overlay.ts";

/**
 * Draws the cells of a heat map into the area under the axes: one pixel of an image per column of the screen and per
 * layer, stretched to the area. A plugin that draws rectangles takes a hundred times as long.
 */
export function drawCells(stage: Stage, plot: HeatPlot, kind: ThemeKind): void {
  const { ctx, area } = stage;
  const width = Math.round(area.right - area.left);
  const rows = plot.y.rows.length;
  if (width < 1 || rows < 1 || plot.cells.length < 1) return;
  const columns = columnsOf(plot, width, (pixel) => stage.xAt(area.left + pixel));
  const image = new ImageData(width, rows);
  const colourOf = lookUp(plot.paint, kind);
  for (let px = 0; px < width; px++) {
    const cells = plot.cells[columns[px] ?? -1];
    if (!cells) continue;
    for (let row = 0; row < rows; row++) {
      const rgb = colourOf(cells[row] ?? NaN);
      if (rgb) image.data.set([...rgb, 255], (row * width + px) * 4);
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = rows;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(canvas, area.left, area.top, width, area.bottom - area.top);
  if (plot.paint === "share") drawPatterns(stage, plot, kind);
}

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

const STEPS_PER_DECADE = 32;

/** The colour of a cell, each computed once; `undefined` leaves the cell empty. */
function lookUp(paint: HeatPlot["paint"], kind: ThemeKind): (value: number) => Rgb | undefined {
  const known = new Map<number, Rgb>();
  const compute = (key: number): Rgb =>
    paint === "share" ? shareColour(key / STEPS_PER_DECADE, kind) : rampColour(key / 255, kind);
  return (value) => {
    if (Number.isNaN(value) || (paint === "ramp" && value === 0)) return undefined;
    const key = Math.round(value * (paint === "share" ? STEPS_PER_DECADE : 255));
    const rgb = known.get(key) ?? compute(key);
    known.set(key, rgb);
    return rgb;
  };
}

/** Hatches what is not finite and dots what is exactly 0, so that neither meaning is in the colour alone. */
function drawPatterns(stage: Stage, plot: HeatPlot, kind: ThemeKind): void {
  const ink = inkOn(kind);
  for (const [value, draw] of [
    [Infinity, hatch],
    [-Infinity, dots],
  ] as const) {
    const cells = new Path2D();
    let any = false;
    for (const [column, layers] of plot.cells.entries()) {
      const left = stage.xOf(plot.edges[column] ?? NaN);
      const right = stage.xOf(plot.edges[column + 1] ?? NaN);
      for (const [row, cell] of layers.entries()) {
        if (cell !== value) continue;
        any = true;
        cells.rect(left, stage.yOf(row - 0.5), right - left, stage.yOf(row + 0.5) - stage.yOf(row - 0.5));
      }
    }
    const pattern = any ? stage.ctx.createPattern(draw(ink), "repeat") : null;
    if (!pattern) continue;
    stage.ctx.fillStyle = pattern;
    stage.ctx.fill(cells);
  }
}
