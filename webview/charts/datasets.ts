import { css, rampColour, runColour, shareColour } from "../scale.ts";
import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { nonfiniteFill } from "./patterns.ts";
import type { Axes } from "./axes.ts";
import { position } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Ink, LinesPlot, Point, Series } from "./chart.ts";

/** What Chart.js calls a dataset, as far as it is used here. */
export interface Dataset extends Readonly<Record<string, unknown>> {
  readonly type: "line" | "bar";
  readonly data: readonly { readonly x: number; readonly y: number }[];
}

export const datasetsOf = ({ series }: LinesPlot, axes: Axes, theme: Theme): readonly Dataset[] =>
  series.flatMap((one, i) => {
    const axis = (one.right ? axes.y2 : axes.y) ?? axes.y;
    const datasets = STYLES[one.draw](one, place(one.points, axis, "y"), theme, axis);
    return datasets.map((dataset) => ({ ...dataset, order: -i })); // what comes later lies on top
  });

type Placed = Dataset["data"];

const place = (points: readonly Point[], axis: Axis, end: "y" | "low"): Placed =>
  points.map((point) => ({ x: point.x, y: position(axis, point[end] ?? NaN) }));

type Style = (series: Series, data: Placed, theme: Theme, axis: Axis) => readonly Dataset[];

const STYLES: Readonly<Record<Series["draw"], Style>> = {
  line: (series, data, theme) => [
    {
      ...common(series, data),
      borderColor: colour(series, theme),
      borderWidth: 1.75,
      borderDash: [], // what a run had whose line lay here before
      pointStyle: "circle",
      pointRadius: data.length === 1 ? 3 : radii(series, data.length),
      pointBorderWidth: 0,
      pointBackgroundColor: pointColours(series, theme),
      ...runStyle(series, data.length),
    },
  ],
  thin: (series, data, theme) => [
    {
      ...common(series, data),
      borderColor: colour(series, theme),
      borderWidth: 1,
      pointRadius: 0,
    },
  ],
  dots: (series, data, theme) => [
    {
      ...common(series, data),
      showLine: false,
      pointRadius: 2.5,
      pointBorderWidth: 0,
      pointBackgroundColor: colour(series, theme),
    },
  ],
  diamonds: (series, data, theme) => [
    {
      ...common(series, data),
      showLine: false,
      pointStyle: "rectRot",
      pointRadius: data.length > MANY ? 2.5 : 3.5,
      pointBorderWidth: 1.25,
      pointBorderColor: colour(series, theme),
      pointBackgroundColor: "transparent",
    },
  ],
  // Two invisible lines, the second filled up to the first.
  band: (series, data, theme, axis) => {
    const hidden = { ...common(series, data), borderWidth: 0, pointRadius: 0 };
    const fill = { fill: "-1", backgroundColor: faded(colour(series, theme), 0.16) };
    return [hidden, { ...hidden, ...fill, data: place(series.points, axis, "low") }];
  },
  bars: (series, data, theme) => [
    {
      ...common(series, data),
      type: "bar",
      base: 0,
      grouped: false,
      barPercentage: 0.82,
      categoryPercentage: 1,
      maxBarThickness: 28,
      minBarLength: 2,
      backgroundColor: barColours(series, theme),
    },
  ],
  marks: (series, data, theme) => [
    {
      ...common(series, data),
      showLine: false,
      clip: 6,
      pointStyle: colouredPoints(series) ? "crossRot" : "line",
      rotation: 90,
      pointRadius: 4,
      pointBorderWidth: colouredPoints(series) ? 2.5 : 1,
      pointBorderColor: pointColours(series, theme),
    },
  ],
  above: (series, data, theme) => [arrow(series, data, theme, 0)],
  below: (series, data, theme) => [arrow(series, data, theme, 180)],
};

/** Points out of the axis that the line leaves at this edge. */
const arrow = (series: Series, data: Placed, theme: Theme, rotation: number): Dataset => ({
  ...common(series, data),
  showLine: false,
  clip: 8,
  pointStyle: "triangle",
  rotation,
  pointRadius: 4,
  pointBorderWidth: 0,
  pointBackgroundColor: colour(series, theme),
});

const common = (series: Series, data: Placed): Dataset => ({
  type: "line",
  data,
  yAxisID: series.right ? "y2" : "y",
  spanGaps: series.bridged ?? false,
  pointHitRadius: 0,
});

/** How the line of a run under the shown one is drawn, whatever its colour. */
export const runMark = (
  place: number,
): { readonly dash: readonly number[]; readonly marker: (typeof MARKERS)[number] } => ({
  dash: DASHES[place % DASHES.length] ?? [],
  marker: MARKERS[place % MARKERS.length] ?? "circle",
});

const DASHES = [
  [6, 3],
  [2, 2],
  [9, 3, 2, 3],
] as const;

const MARKERS = ["circle", "triangle", "rect", "rectRot"] as const;

/** Markers along a line, at most. */
const MOST_MARKERS = 8;

function runStyle({ ink }: Series, points: number): object {
  if (typeof ink !== "object" || !("run" in ink)) return {};
  const { dash, marker } = runMark(ink.run);
  const every = Math.ceil(points / MOST_MARKERS);
  const from = Math.floor(every / 2);
  return {
    borderWidth: 1.25,
    borderDash: dash,
    pointStyle: marker,
    pointRadius: points === 1 ? 3 : Array.from({ length: points }, (_, i) => (i % every === from ? 3 : 0)),
  };
}

const colouredPoints = ({ ink }: Series): boolean => typeof ink === "object" && "shares" in ink;

/** Above so many layers, points of a healthy share would cover the line with their neutral colour. */
const MANY = 60;

function radii({ ink }: Series, points: number): number | readonly number[] {
  if (typeof ink !== "object" || !("shares" in ink)) return 0;
  return points > MANY ? ink.shares.map((share) => (Math.abs(share) < 1 ? 0 : 2)) : 3;
}

/** The colour of a line, or of all marks alike. */
export function colour({ ink, draw }: Series, theme: Theme): string {
  if (draw === "thin") return faded(plain(ink, theme), 0.4);
  return plain(ink, theme);
}

function plain(ink: Ink, theme: Theme): string {
  if (ink === "second") return theme.second;
  if (typeof ink === "object" && "run" in ink) return css(runColour(ink.run, theme.kind));
  if (typeof ink === "object" && "ramp" in ink) return css(rampColour(ink.ramp, theme.kind));
  return theme.foreground;
}

/** Bars are wide enough for the pattern that says "not finite" without the colour. */
function barColours(series: Series, theme: Theme): string | readonly (string | CanvasPattern)[] {
  const colours = pointColours(series, theme);
  const { ink } = series;
  if (typeof colours === "string" || typeof ink !== "object" || !("shares" in ink)) return colours;
  return colours.map((one, i) => (ink.shares[i] === Infinity ? nonfiniteFill(theme.kind) : one));
}

function pointColours(series: Series, theme: Theme): string | readonly string[] {
  const { ink } = series;
  if (typeof ink !== "object" || !("shares" in ink)) return colour(series, theme);
  return ink.shares.map((share) => css(shareColour(share, theme.kind)));
}
