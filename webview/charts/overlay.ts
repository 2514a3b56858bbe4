import { css, shareColour } from "../scale.ts";
import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import type { Axes } from "./axes.ts";
import type { LayersAxis } from "./axis.ts";
import type { BrokenPlace, Place, Plot } from "./chart.ts";

/** The canvas with the places of its axes. */
export interface Stage {
  readonly ctx: CanvasRenderingContext2D;
  readonly area: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  readonly axes: Axes;
  /** Pixel of a position on an axis. */
  readonly xOf: (position: number) => number;
  readonly yOf: (position: number) => number;
  /** Of one on the axis on the right. */
  readonly rightOf: (position: number) => number;
  /** Position on an axis of a pixel. */
  readonly xAt: (pixel: number) => number;
  readonly yAt: (pixel: number) => number;
}

/** A point of the canvas in CSS pixels. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** Groups narrower than this, in pixels, are not told apart by a tint. */
const NARROW = 12;

/** Tints every second block of layers, so that the blocks can be seen along the axis. */
export function drawGroups({ ctx, area, xOf }: Stage, { groups, rows }: LayersAxis, theme: Theme): void {
  if (groups.length < 2 || groups.length === rows.length) return;
  ctx.fillStyle = faded(theme.foreground, 0.05);
  for (const { from, to } of groups.filter((_, i) => i % 2 === 1)) {
    const [left, right] = [xOf(from - 0.5), xOf(to + 0.5)];
    if (right - left < NARROW) return;
    ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
  }
}

/** The line of a gain of 1, from which bars go up and down. */
export function drawBase({ ctx, area, yOf }: Stage, theme: Theme): void {
  ctx.fillStyle = faded(theme.foreground, 0.55);
  ctx.fillRect(area.left, Math.round(yOf(0)) - 0.5, area.right - area.left, 1);
}

/** Marks a layer: a column where layers go from left to right, a row where they go from top to bottom. */
export function drawMark(stage: Stage, plot: Plot, layer: number | undefined, theme: Theme): void {
  const axis = layersOf(plot);
  const unit = layer === undefined ? -1 : (axis?.rows.indexOf(layer) ?? -1);
  if (unit < 0) return;
  const { ctx, area, xOf, yOf } = stage;
  const heat = plot.kind === "heat";
  const of = heat ? yOf : xOf;
  const [from, to] = widened(of(unit - 0.5), of(unit + 0.5));
  const box = heat
    ? ([area.left, from, area.right - area.left, to - from] as const)
    : ([from, area.top, to - from, area.bottom - area.top] as const);
  if (!heat) {
    ctx.fillStyle = faded(theme.focus, 0.22);
    ctx.fillRect(...box);
  }
  ctx.strokeStyle = heat ? theme.foreground : theme.focus;
  ctx.lineWidth = heat ? 1.5 : 1;
  ctx.strokeRect(...box);
}

/** Pixels from the middle of a cross to its ends. */
const CROSS = 4;

/** Marks where the run broke: a line at the step, or a cross at the layer that had the first NaN or ∞. */
export function drawBreak(stage: Stage, plot: Plot, broke: BrokenPlace, theme: Theme): void {
  const { ctx, area, xOf, yOf } = stage;
  ctx.save();
  ctx.strokeStyle = css(shareColour(Infinity, theme.kind));
  ctx.lineWidth = 2;
  ctx.beginPath();
  if (plot.x.kind === "linear" && plot.x.counts === "steps") {
    const x = Math.min(area.right - 1, xOf(broke.step));
    ctx.setLineDash([4, 3]);
    ctx.moveTo(x, area.top);
    ctx.lineTo(x, area.bottom);
  } else {
    const unit = layersOf(plot)?.rows.indexOf(broke.layer ?? -1) ?? -1;
    if (unit >= 0) {
      const heat = plot.kind === "heat";
      cross(ctx, heat ? area.right - 2 * CROSS : xOf(unit), heat ? yOf(unit) : area.top + CROSS);
    }
  }
  ctx.stroke();
  ctx.restore();
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  for (const way of [1, -1]) {
    ctx.moveTo(x - CROSS, y - way * CROSS);
    ctx.lineTo(x + CROSS, y + way * CROSS);
  }
}

/** The axis along which the layers go, if there is one. */
export function layersOf(plot: Plot): LayersAxis | undefined {
  if (plot.kind === "heat") return plot.y.kind === "layers" ? plot.y : undefined;
  return plot.x.kind === "layers" ? plot.x : undefined;
}

/** At least so wide that it can be seen. */
function widened(from: number, to: number, least = 4): readonly [number, number] {
  const middle = (from + to) / 2;
  const half = Math.max(to - from, least) / 2;
  return [middle - half, middle + half];
}

/** What lies under a point: also the layer whose shortened name it is on. `undefined` outside of the axes and their names. */
export function placeAt({ area, xAt, yAt }: Stage, plot: Plot, { x, y }: Pixel): Place | undefined {
  const [across, along] = [x >= area.left && x <= area.right, y >= area.top && y <= area.bottom];
  const axis = layersOf(plot);
  if (!axis) return across && along ? { x: xAt(x), ...(plot.kind === "heat" && { y: yAt(y) }) } : undefined;
  const heat = plot.kind === "heat";
  if (heat ? !along || x > area.right : !across || y < area.top) return undefined;
  const layer = axis.rows[Math.round(heat ? yAt(y) : xAt(x))];
  if (layer === undefined) return undefined;
  return heat && across ? { layer, x: xAt(x) } : { layer };
}

/** Where a place lies: at the top of its column, or in its row at the right. */
export function pointOf({ area, xOf, yOf }: Stage, plot: Plot, { layer, x, y }: Place): Pixel {
  if (y !== undefined) return { x: xOf(x ?? plot.x.max), y: yOf(y) };
  const unit = layersOf(plot)?.rows.indexOf(layer ?? -1) ?? -1;
  if (plot.kind === "heat" && unit >= 0) return { x: x === undefined ? area.right : xOf(x), y: yOf(unit) };
  return { x: plot.x.kind === "layers" ? xOf(unit) : xOf(x ?? plot.x.max), y: area.top };
}
