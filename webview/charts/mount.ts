import {
  BarController,
  BarElement,
  BasicPlatform,
  Chart as Drawing,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from "chart.js";
import type { ChartConfiguration, ChartDataset, Plugin } from "chart.js";
import type { Theme } from "../theme.ts";
import { axesOf } from "./axes.ts";
import type { Place, Plot } from "./chart.ts";
import { datasetsOf } from "./datasets.ts";
import type { Dataset } from "./datasets.ts";
import { drawCells } from "./heatmap.ts";
import { drawBase, drawBreak, drawGroups, drawMark, placeAt, pointOf } from "./overlay.ts";
import type { Pixel, Stage } from "./overlay.ts";
import { scalesOf, signatureOf } from "./scales.ts";

Drawing.register(BarController, BarElement, Filler, LineController, LineElement, LinearScale, PointElement);

/** A plot on a canvas. */
export interface Mounted {
  /** The axes hold still for as long as `run` is the same; without one they are the plot's alone. */
  update(plot: Plot, theme: Theme, run: number | undefined): void;
  /** Marks this layer, by its index in the run; `undefined` marks none. */
  mark(layer: number | undefined): void;
  /** What lies under a point of the canvas, in CSS pixels; `undefined` outside of the axes. */
  placeAt(pixel: Pixel): Place | undefined;
  /** Where a place lies on the canvas. */
  pointOf(place: Place): Pixel;
  dispose(): void;
}

/** What is drawn beside the data. */
interface Scene {
  readonly plot: Plot;
  readonly theme: Theme;
  /** The layer that is marked. */
  readonly marked?: number | undefined;
}

/** Draws plots on this canvas, whose parent gives the size. */
export function mount(canvas: HTMLCanvasElement, firstPlot: Plot, firstTheme: Theme): Mounted {
  let [plot, theme, axes] = [firstPlot, firstTheme, axesOf(firstPlot)];
  let held: number | undefined;
  let signature = "";
  let marked: number | undefined;
  const drawing = new Drawing(canvas, configurationWith(around(() => ({ plot, theme, marked }))));

  function update(nextPlot: Plot, nextTheme: Theme, run: number | undefined): void {
    const before = run !== undefined && run === held ? axes : undefined;
    [plot, theme, axes, held] = [nextPlot, nextTheme, axesOf(nextPlot, before), run];
    const next = signatureOf(axes, theme);
    if (next !== signature) drawing.options.scales = scalesOf(axes, theme);
    signature = next;
    replace(drawing.data, plot.kind === "lines" ? datasetsOf(plot, axes, theme) : []);
    drawing.update("none");
  }

  return {
    update,
    mark(layer) {
      if (layer === marked) return;
      marked = layer;
      drawing.draw();
    },
    placeAt: (pixel) => placeAt(stageOf(drawing), plot, pixel),
    pointOf: (place) => pointOf(stageOf(drawing), plot, place),
    dispose: () => drawing.destroy(),
  };
}

/** Draws a plot once with whatever takes the calls of a canvas. */
export function paint(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  theme: Theme,
  size: { readonly width: number; readonly height: number },
): void {
  const axes = axesOf(plot);
  const canvas = { ...size, style: {}, getContext: () => ctx, getAttribute: () => null };
  const { options, ...configuration } = configurationWith(around(() => ({ plot, theme })));
  // Without styles of their own segments are drawn as a Path2D, which only a canvas understands.
  const datasets = (plot.kind === "lines" ? datasetsOf(plot, axes, theme) : []).map((dataset) => ({
    ...dataset,
    segment: {},
  }));
  const drawing = new Drawing(canvas as unknown as HTMLCanvasElement, {
    ...configuration,
    platform: BasicPlatform,
    data: { datasets: datasets as unknown as ChartDataset<"line">[] },
    options: { ...options, responsive: false, devicePixelRatio: 1, scales: scalesOf(axes, theme) },
  });
  drawing.draw();
}

/** Draws what lies under and over the data. */
const around = (scene: () => Scene): Plugin<"line"> => ({
  id: "layers",
  beforeDatasetsDraw(chart) {
    const stage = stageOf(chart);
    const { plot, theme, marked } = scene();
    if (plot.kind === "heat") return drawCells(stage, plot, theme.kind);
    if (plot.x.kind === "layers") drawGroups(stage, plot.x, theme);
    drawMark(stage, plot, marked, theme);
    if (plot.series.some(({ draw }) => draw === "bars")) drawBase(stage, theme);
  },
  afterDatasetsDraw(chart) {
    const stage = stageOf(chart);
    const { plot, theme, marked } = scene();
    if (plot.kind === "heat") drawMark(stage, plot, marked, theme);
    if (plot.broke) drawBreak(stage, plot, plot.broke, theme);
  },
});

const configurationWith = (plugin: Plugin<"line">): ChartConfiguration<"line"> => ({
  type: "line",
  data: { datasets: [] },
  plugins: [plugin],
  options: {
    animation: false,
    parsing: false,
    normalized: true,
    maintainAspectRatio: false,
    events: [],
    layout: { padding: { top: 8, right: 6 } },
  },
});

/** Keeps the datasets that there are and changes what is in them: for a new one Chart.js begins anew. */
function replace(data: Drawing<"line">["data"], next: readonly Dataset[]): void {
  const same =
    data.datasets.length === next.length && next.every(({ type }, i) => data.datasets[i]?.type === type);
  if (same) data.datasets.forEach((dataset, i) => Object.assign(dataset, next[i]));
  else data.datasets = next.map((dataset) => dataset as unknown as ChartDataset<"line">);
}

function stageOf(chart: Drawing<"line">): Stage {
  const { ctx, chartArea: area, scales } = chart;
  return {
    ctx,
    area,
    xOf: (position) => scales["x"]?.getPixelForValue(position) ?? NaN,
    yOf: (position) => scales["y"]?.getPixelForValue(position) ?? NaN,
    xAt: (pixel) => scales["x"]?.getValueForPixel(pixel) ?? NaN,
    yAt: (pixel) => scales["y"]?.getValueForPixel(pixel) ?? NaN,
  };
}
