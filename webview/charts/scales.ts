import { shortened } from "../shortened.ts";
import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import type { Axis } from "./axis.ts";
import type { Axes } from "./axes.ts";
import { ticksOf } from "./ticks.ts";
import type { Tick } from "./ticks.ts";

/** What is used of a scale of Chart.js. */
interface Scale {
  readonly ctx: CanvasRenderingContext2D;
  readonly chart: { readonly width: number };
  width: number;
  height: number;
  ticks: { value: number }[];
}

/** Pixels that the labels of a vertical axis take: constant for figures, so that nothing shifts as they change. */
const LABELS = 42;

/** What a layer's name may take of a chart's width, and in pixels: the rest is for the figures. */
const MOST_OF_WIDTH = 0.3;
const MOST_FOR_LAYERS = 96;

const SIZE = 11;
const PADDING = 6;

/** Options of Chart.js for every axis, all linear: places and labels are worked out here. */
export const scalesOf = (axes: Axes, theme: Theme): Readonly<Record<string, object>> =>
  Object.fromEntries(Object.entries(axes).map(([id, axis]) => [id, scaleOf(id, axis as Axis, theme)]));

function scaleOf(id: string, axis: Axis, theme: Theme): object {
  const horizontal = id === "x";
  let ticks: readonly Tick[] = [];
  const widths = new Map<string, number>();
  const measure = (scale: Scale, label: string): number => {
    const known = widths.get(label) ?? widthOf(scale.ctx, label, theme);
    widths.set(label, known);
    return known;
  };
  return {
    type: "linear",
    position: horizontal ? "bottom" : id === "y2" ? "right" : "left",
    min: axis.min,
    max: axis.max,
    offset: false,
    reverse: !horizontal && (axis.kind === "layers" || (axis.kind === "linear" && axis.downwards === true)),
    border: { display: false },
    grid: {
      display: axis.kind !== "layers" && id !== "y2",
      color: faded(theme.foreground, theme.kind.startsWith("hc") ? 0.35 : 0.13),
      drawTicks: false,
    },
    ticks: {
      color: theme.muted,
      font: { family: theme.font, size: SIZE },
      autoSkip: false,
      ...(!horizontal && { sampleSize: 1 }), // labels measured for the width, which is set below
      maxRotation: 0,
      padding: PADDING,
      align: horizontal && axis.kind !== "layers" ? "inner" : "center",
      callback: (_: number, i: number) => ticks[i]?.label ?? "",
    },
    afterBuildTicks(scale: Scale) {
      const extentOf = (label: string): number => (horizontal ? measure(scale, label) : SIZE);
      const most = Math.min(MOST_FOR_LAYERS, scale.chart.width * MOST_OF_WIDTH);
      const called = (name: string): string => shortened(name, (text) => measure(scale, text) <= most);
      ticks = ticksOf(axis, horizontal ? scale.width : scale.height, extentOf, called);
      scale.ticks = ticks.map(({ at }) => ({ value: at }));
    },
    afterFit(scale: Scale) {
      if (horizontal) return;
      const widest = ticks.reduce((most, { label }) => Math.max(most, measure(scale, label)), 0);
      scale.width = axis.kind === "layers" ? Math.max(LABELS, widest + PADDING + 4) : LABELS;
    },
  };
}

function widthOf(ctx: CanvasRenderingContext2D, label: string, theme: Theme): number {
  ctx.font = `${SIZE}px ${theme.font}`;
  return ctx.measureText(label).width;
}
