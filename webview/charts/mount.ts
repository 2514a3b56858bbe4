import { BasicPlatform, Chart as Drawing, LinearScale } from "chart.js";
import type { ChartConfiguration, Plugin } from "chart.js";
import type { Theme } from "../theme.ts";
import { axesOf, isSameAxes, type Axes } from "./axes.ts";
import type { Place, Plot } from "./chart.ts";
import { drawCells } from "./heatmap.ts";
import { drawSeries } from "./marks.ts";
import { drawBase, drawBreak, drawGroups, drawMark, placeAt, pointOf } from "./overlay.ts";
import type { Pixel, Stage } from "./overlay.ts";
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
  const marks: Plugin<"line"> = { ...marksOf(() => scene && { ...scene, marked }), afterLayout: laidOut };

  return {
    update(plot, theme, run) {
      const axes = axesOf(plot, run !== undefined && run === held ? scene?.axes : undefined);
      const isPlaced = scene?.theme === theme && isSameAxes(scene.axes, axes);
      [scene, held] = [{ plot, theme, axes }, run];
      if (!drawing) drawing = new Drawing(canvas, configurationOf(scene, marks));
      else if (isPlaced) drawing.draw();
      else {
        drawing.options.scales = scalesOf(axes, theme);
        drawing.update("none");
      }
    },
    mark(layer) {
      if (layer === marked) return;
      marked = layer;
      drawing?.draw();
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
  const { options, ...configuration } = configurationOf(
    scene,
    marksOf(() => scene),
  );
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

const marksOf = (seen: () => Scene | undefined): Plugin<"line"> => ({
  id: "marks",
  beforeDatasetsDraw(chart) {
    const scene = seen();
    if (!scene) return;
    const { plot, theme, marked } = scene;
    const stage = stageOf(chart, scene);
    if (plot.kind === "heat") {
      drawCells(stage, plot, theme.kind);
      drawMark(stage, plot, marked, theme);
    } else {
      if (plot.x.kind === "layers") drawGroups(stage, plot.x, theme);
      drawMark(stage, plot, marked, theme);
      if (plot.series.some(({ draw }) => draw === "bars")) drawBase(stage, theme);
      drawSeries(stage, plot, theme);
    }
    if (plot.broke) drawBreak(stage, plot, plot.broke, theme);
  },
});

function stageOf({ ctx, chartArea: area, scales }: Drawing, { axes }: Scene): Stage {
  const { x, y, y2 = y } = scales;
  return {
    ctx,
    area,
    axes,
    xOf: (position) => x?.getPixelForValue(position) ?? NaN,
    yOf: (position) => y?.getPixelForValue(position) ?? NaN,
    rightOf: (position) => y2?.getPixelForValue(position) ?? NaN,
    xAt: (pixel) => x?.getValueForPixel(pixel) ?? NaN,
    yAt: (pixel) => y?.getValueForPixel(pixel) ?? NaN,
  };
}
