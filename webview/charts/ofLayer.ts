import { t } from "../../src/l10n/translate.ts";
import { HIST_BINS, HIST_OFFSET, statOf, type Stat } from "../../src/protocol/frame.ts";
import { STATISTIC } from "../../src/protocol/statistics.ts";
import { count, figure } from "../../src/insight/format.ts";
import { shown } from "../../src/insight/statistics.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { noFigure } from "../nonFinite.ts";
import { whole, type View } from "../view.ts";
import { logAxis, stepsAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Chart, Point, Series } from "./chart.ts";
import { medianSize } from "./histogram.ts";
import { nearest } from "./layerCourses.ts";
import { leftOut, MOST_POINTS, pointsAt, some } from "./overSteps.ts";

/** What of one layer is drawn together: statistics of one kind. */
interface Group {
  readonly id: string;
  readonly title: string;
  readonly stats: readonly Stat[];
  readonly scale: "log" | "linear" | "share";
}

const GROUPS: readonly Group[] = [
  {
    id: "layer-norms",
    title: t`Gradient and weights`,
    stats: ["delta_norm", "grad_norm", "weight_norm"],
    scale: "log",
  },
  { id: "layer-gain", title: t`Gain`, stats: ["gain"], scale: "log" },
  { id: "layer-update", title: t`Update : weight`, stats: ["update_ratio"], scale: "log" },
  { id: "layer-outputs", title: t`Outputs`, stats: ["act_mean", "act_std"], scale: "linear" },
  {
    id: "layer-shares",
    title: t`Shares of outputs and gradients`,
    stats: ["act_dead", "act_saturated", "act_zero", "grad_zero", "act_spread"],
    scale: "share",
  },
  {
    id: "layer-elements",
    title: t`Elements of the gradient`,
    stats: ["grad_mean", "grad_std", "grad_min", "grad_max"],
    scale: "linear",
  },
];

const LINES: readonly (readonly [Series["draw"], Series["ink"]])[] = [
  ["line", "main"],
  ["line", "second"],
  ["line", { run: 0 }],
  ["line", { run: 1 }],
  ["line", { run: 2 }],
];

/** The statistics of a group that the layer has. */
const statsOf = ({ layers, page = -1 }: View, { stats }: Group): readonly Stat[] =>
  stats.filter((stat) => layers[page]?.stats.includes(stat));

function chartOf(group: Group): Chart {
  return {
    id: group.id,
    title: group.title,
    hint: group.stats.map((stat) => `${STATISTIC[stat].symbol}: ${STATISTIC[stat].meaning}.`).join(" "),
    applies: (view) => statsOf(view, group).length > 0,

    reading(view) {
      const frame = shownFrame(view.history);
      const { page = -1 } = view;
      if (!frame) return noFigure(view, t`There is no such figure`);
      const told = statsOf(view, group).flatMap((stat) => {
        const value = statOf(frame, page, stat);
        return Number.isNaN(value) ? [] : [`${STATISTIC[stat].symbol} ${shown(STATISTIC[stat], value)}`];
      });
      return told.length > 0 ? told.join(" · ") : noFigure(view, t`Not taken at this step`);
    },

    plot(shownView) {
      const view = whole(shownView);
      const { page = -1 } = view;
      const stats = statsOf(view, group);
      const frames = some(view.history, MOST_POINTS / Math.max(1, stats.length));
      const series = stats.map((stat, i): Series => {
        const [draw, ink] = LINES[i] ?? ["line", "main"];
        const points = pointsAt(frames, page, stat).filter(({ y }) => !Number.isNaN(y));
        return { label: STATISTIC[stat].symbol, draw, ink, points };
      });
      const left = leftOut(view.history, frames);
      return {
        kind: "lines",
        x: stepsAxis(view),
        y: axisOf(group, series),
        series,
        stops: frames.map(({ step }) => step),
        ...(left !== undefined && { note: t`drawn at ${left}` }),
      };
    },

    describe(view, { x }) {
      const frame = nearest(whole(view).history.frames(), x);
      if (!frame) return { title: "", rows: [] };
      return {
        title: t`Step ${count(frame.step)}`,
        rows: statsOf(view, group).map((stat) => {
          const value = statOf(frame, view.page ?? -1, stat);
          return [STATISTIC[stat].symbol, Number.isNaN(value) ? "–" : shown(STATISTIC[stat], value)] as const;
        }),
      };
    },

    table(view) {
      const stats = statsOf(view, group);
      return {
        columns: ["step", ...stats],
        rows: whole(view)
          .history.frames()
          .map((frame) => [frame.step, ...stats.map((stat) => statOf(frame, view.page ?? -1, stat))]),
      };
    },
  };
}

function axisOf({ scale, title }: Group, series: readonly Series[]): Axis {
  const ys = series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
  if (scale === "log") return logAxis(title, ys);
  if (scale === "share") return { kind: "linear", title, min: 0, max: 1 };
  const [min, max] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  const margin = Math.max((max - min) * 0.08, 1e-12);
  return { kind: "linear", title, min: min - margin, max: max + margin };
}

/** Histograms that stand one behind the other, at most. */
const RIDGES = 24;

/** How far a ridge reaches up, in distances between two. */
const HEIGHT = 2.2;

const ridges: Chart = {
  id: "layer-ridges",
  title: t`Sizes of the gradient's elements, over the steps`,
  hint: t`How the elements of ∂L/∂θ are spread over the powers of two, one curve for each step that was counted, at the height of its step. Elements that are exactly 0 are not counted.`,
  applies: ({ layers, page = -1, history }) =>
    (layers[page]?.parameters.length ?? 0) > 0 && history.histograms.kept.length > 0,

  reading(view) {
    const first = medianSize(countsOf(view, view.history.histograms.kept[0]?.hist));
    const last = medianSize(countsOf(view, view.history.histogram?.hist));
    if (Number.isNaN(last)) return t`Every element is 0`;
    const since = Number.isNaN(first)
      ? ""
      : t`, ${figure(first, 1)} at step ${count(view.history.histograms.kept[0]?.step ?? 1)}`;
    return t`Half lie below ${figure(last, 1)}${since}`;
  },

  plot(shownView) {
    const view = whole(shownView);
    const { kept } = view.history.histograms;
    const every = Math.ceil(kept.length / RIDGES);
    const picked = kept.filter((_, i) => i % every === 0);
    const used = picked.flatMap(({ hist }) =>
      [...countsOf(view, hist)].flatMap((n, bin) => (n > 0 ? [bin] : [])),
    );
    const [from, to] = [Math.min(HIST_BINS - 1, ...used), Math.max(0, ...used)];
    const last = picked.at(-1)?.step ?? 1;
    const distance = picked.length > 1 ? (last - (picked[0]?.step ?? 1)) / (picked.length - 1) : 1;
    return {
      kind: "lines",
      x: {
        kind: "log",
        title: "|∂L/∂θ|",
        min: exponentOf(Math.min(from, to)),
        max: exponentOf(Math.max(to, from) + 1),
        zero: false,
        infinite: false,
      },
      y: {
        kind: "linear",
        title: t`Step`,
        prefix: t`step `,
        counts: "steps",
        min: 0,
        max: last + HEIGHT * distance,
      },
      series: picked
        .toReversed()
        .flatMap(({ step, hist }, i) => ridge(view, step, hist, distance, i, picked.length)),
      stops: [],
      ...(picked.length < view.history.tally.frames && {
        note: t`${count(picked.length)} of ${count(view.history.tally.frames)} steps`,
      }),
    };
  },

  describe(view, { x = 0 }) {
    const counts = countsOf(view, view.history.histogram?.hist);
    const total = counts.reduce((a, b) => a + b, 0);
    const bin = Math.floor(x / Math.log10(2) + HIST_OFFSET);
    return {
      title: t`Step ${count(view.history.histogram?.step ?? 0)}`,
      rows: [
        [t`median size`, figure(medianSize(counts))],
        [t`near ${figure(10 ** x, 1)}`, total > 0 ? `${figure((100 * (counts[bin] ?? 0)) / total)} %` : "–"],
      ],
    };
  },

  table: (view) => ({
    columns: ["step", ...Array.from({ length: HIST_BINS }, (_, bin) => `2^${bin - HIST_OFFSET}`)],
    rows: whole(view).history.histograms.kept.map(({ step, hist }) => [step, ...countsOf(view, hist)]),
  }),
};

const exponentOf = (bin: number): number => (bin - HIST_OFFSET) * Math.log10(2);

const countsOf = ({ page = -1 }: View, hist: Float64Array | undefined): Float64Array =>
  hist?.subarray(page * HIST_BINS, (page + 1) * HIST_BINS) ?? new Float64Array(HIST_BINS);

/** The area of one histogram above its step, and its outline. */
function ridge(
  view: View,
  step: number,
  hist: Float64Array,
  distance: number,
  place: number,
  all: number,
): readonly Series[] {
  const counts = countsOf(view, hist);
  const peak = Math.max(1, ...counts);
  const bins = [...counts.keys()].filter((bin) =>
    [bin - 1, bin, bin + 1].some((one) => (counts[one] ?? 0) > 0),
  );
  const points = bins.map((bin): Point => ({
    x: exponentOf(bin + 0.5),
    y: step + (HEIGHT * distance * (counts[bin] ?? 0)) / peak,
    low: step,
  }));
  const ink = { ramp: 0.35 + (0.65 * (all - 1 - place)) / Math.max(1, all - 1) };
  return [
    { draw: "band", ink, points },
    { draw: "line", ink, points },
  ];
}

/** All figures of one layer over the steps. */
export const ofLayer: readonly Chart[] = [...GROUPS.map(chartOf), ridges];
