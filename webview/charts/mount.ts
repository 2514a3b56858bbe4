import { BasicPlatform, Chart as Drawing, LinearScale } from "chart.js";
import type { ChartConfiguration, Plugin, Scale } from "chart.js";
import type { Theme } from "../theme.ts";
import { axesOf, isSameAxes, type Axes } from "./axes.ts";
import { backdrop } from "./backdrop.ts";
import type { Place, Plot } from "./chart.ts";
import { drawCells } from "./heatmap.ts";
import { drawSeries } from "./marks.ts";
import { drawBase, drawBreak, drawGroups, drawMark, placeAt, pointOf } from "./overlay.ts";
import type { Pixel, Stage } from "./overlay.ts";
import { raster, type Raster } from "./raster.ts";
import { scalesOf } from "./scales.ts";

Drawing.register(LinearScale);

/** A plot on a canvas. */
export interface Mounted {
  /** The axes hold still for as long as `run` is the same; without one they are the plot's alone. */
  update(plot: Plot, theme: Theme, run: number | undefined): void;
  /** Marks this layer, by its index in the run; `undefined` marks none. */
  mark(layer: number | undefined): void;
  /** What lies under a point of the canvas, in CSS pixels; `undefined` outside of the axes. */
  placeAt(pixel: Pixel): Place | undefined;
  /** Where a place lies on the canvas; `undefined` before anything is drawn. */
  pointOf(place: Place): Pixel | undefined;
}

interface Scene {
  readonly plot: Plot;
  readonly theme: Theme;
  readonly axes: Axes;
  /** The layer that is marked. */
  readonly marked?: number | undefined;
}

/** Draws plots on this canvas, whose parent gives the size. `laidOut`: places lie elsewhere now. */
export function mount(canvas: HTMLCanvasElement, laidOut: () => void): Mounted {
  let [scene, held]: [Scene | undefined, number | undefined] = [undefined, undefined];
  let marked: number | undefined;
  let drawing: Drawing | undefined;
  const under = backdrop(canvas);
  const cells = raster();
  const drawMarks = (chart: Drawing): void => {
    if (scene) drawScene(chart, { ...scene, marked }, cells);
  };
  const marks: Plugin<"line"> = {
    id: "marks",
    afterLayout: laidOut,
    beforeDatasetsDraw(chart) {
      under.keep();
      drawMarks(chart);
    },
  };

  /** Draws what has changed between the axes, which hold still. */
  function redraw(chart: Drawing): void {
    if (under.restore()) drawMarks(chart);
    else chart.draw();
  }

  return {
    update(plot, theme, run) {
      const axes = axesOf(plot, run !== undefined && run === held ? scene?.axes : undefined);
      const isPlaced = scene?.theme === theme && isSameAxes(scene.axes, axes);
      [scene, held] = [{ plot, theme, axes }, run];
      if (!drawing) drawing = new Drawing(canvas, configurationOf(scene, marks));
      else if (isPlaced) redraw(drawing);
      else {
        drawing.options.scales = scalesOf(axes, theme);
        drawing.update("none");
      }
    },
    mark(layer) {
      if (layer === marked) return;
      marked = layer;
      if (drawing) redraw(drawing);
    },
    placeAt: (pixel) => drawing && scene && placeAt(stageOf(drawing, scene), scene.plot, pixel),
    pointOf: (place) => drawing && scene && pointOf(stageOf(drawing, scene), scene.plot, place),
  };
}

/** Draws a plot once with whatever takes the calls of a canvas. */
export function paint(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  theme: Theme,
  size: { readonly width: number; readonly height: number },
): void {
  const scene = { plot, theme, axes: axesOf(plot) };
  const canvas = { ...size, style: {}, getContext: () => ctx, getAttribute: () => null };
  const { options, ...configuration } = configurationOf(scene, {
    id: "marks",
    beforeDatasetsDraw: (chart) => drawScene(chart, scene, raster()),
  });
  const drawing = new Drawing(canvas as unknown as HTMLCanvasElement, {
    ...configuration,
    platform: BasicPlatform,
    options: { ...options, responsive: false, devicePixelRatio: 1 },
  });
  drawing.draw();
}

/**
 * Chart.js gives the canvas its size, lays the axes out and draws them. What lies between them is drawn here: as datasets, each point would
 * be an element with options to resolve, at every update.
 */
const configurationOf = ({ axes, theme }: Scene, marks: Plugin<"line">): ChartConfiguration<"line"> => ({
  type: "line",
  data: { datasets: [] },
  plugins: [marks],
  options: {
    animation: false,
    maintainAspectRatio: false,
    events: [],
    layout: { padding: { top: 8, right: 6 } },
    scales: scalesOf(axes, theme),
  },
});

/** All that lies between the axes. */
function drawScene(chart: Drawing, scene: Scene, cells: Raster): void {
  const { plot, theme, marked } = scene;
  const stage = stageOf(chart, scene);
  if (plot.kind === "heat") {
    drawCells(stage, plot, theme.kind, cells);
    drawMark(stage, plot, marked, theme);
  } else {
    if (plot.x.kind === "layers") drawGroups(stage, plot.x, theme);
    drawMark(stage, plot, marked, theme);
    if (plot.series.some(({ draw }) => draw === "bars")) drawBase(stage, theme);
    drawSeries(stage, plot, theme);
  }
  if (plot.broke) drawBreak(stage, plot, plot.broke, theme);
}

function stageOf({ ctx, chartArea: area, scales }: Drawing, { axes }: Scene): Stage {
  const { x, y, y2 = y } = scales;
  return {
    ctx,
    area,
    axes,
    xOf: pixelOn(x),
    yOf: pixelOn(y),
    rightOf: pixelOn(y2),
    xAt: (pixel) => x?.getValueForPixel(pixel) ?? NaN,
    yAt: (pixel) => y?.getValueForPixel(pixel) ?? NaN,
  };
}

/** Pixels of a canvas are numbers of 16 bits: what lies farther out is as far out as can be. */
const FARTHEST = 2 ** 15;

/** Where positions lie along a scale. It is linear, so that Chart.js is asked for its ends alone. */
function pixelOn(scale: Scale | undefined): (position: number) => number {
  const { min, max } = scale ?? { min: NaN, max: NaN };
  const from = scale?.getPixelForValue(min) ?? NaN;
  const each = ((scale?.getPixelForValue(max) ?? NaN) - from) / (max - min);
  return (position) => Math.max(-FARTHEST, Math.min(FARTHEST, from + (position - min) * each));
}
