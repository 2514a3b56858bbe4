import type { ThemeKind } from "../scale.ts";
import type { HeatPlot } from "./chart.ts";
import type { Stage } from "./overlay.ts";
import { dots, hatch, inkOn } from "./patterns.ts";
import { columnsOf, type Raster } from "./raster.ts";

/**
 * Draws the cells of a heat map into the area under the axes: one pixel of an image per column of the screen and per
 * layer, stretched to the area. A plugin that draws rectangles takes a hundred times as long.
 */
export function drawCells(stage: Stage, plot: HeatPlot, kind: ThemeKind, paint: Raster): void {
  const { ctx, area } = stage;
  const width = Math.round(area.right - area.left);
  const rows = Math.round(plot.y.max - plot.y.min);
  if (width < 1 || rows < 1 || plot.cells.length < 1) return;
  const columns = columnsOf(plot, width, (pixel) => stage.xAt(area.left + pixel));
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(paint(plot, rows, columns, kind), area.left, area.top, width, area.bottom - area.top);
  if (plot.paint === "share") drawPatterns(stage, plot, kind);
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

const infinite = new WeakMap<readonly number[], boolean>();

/** Whether a column, which never changes, has a cell that is dotted or hatched. */
function hasInfinite(column: readonly number[]): boolean {
  const known = infinite.get(column) ?? (column.includes(Infinity) || column.includes(-Infinity));
  infinite.set(column, known);
  return known;
}

/** Adds the outlines of all cells of this value to the path; whether there is any. */
function outline({ ctx, xOf, yOf }: Stage, { cells, edges, y }: HeatPlot, value: number): boolean {
  let any = false;
  for (const [column, layers] of cells.entries()) {
    let row = hasInfinite(layers) ? layers.indexOf(value) : -1;
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
