import { count, figure } from "../format.ts";
import type { Column, History } from "../history.ts";
import { shownFrame } from "../finite.ts";
import type { View } from "../view.ts";
import { logAxis, stepsAxis, withRoomFor } from "./axis.ts";
import type { Axis, LinearAxis, LogAxis } from "./axis.ts";
import type { Chart, Figures, Point, Series } from "./chart.ts";
import { comparedName, underlay } from "./compared.ts";
import type { Compared } from "./compared.ts";

/** A positive loss that spans this factor is drawn on a log axis. */
const SPAN_FOR_LOG = 30;

export const loss: Chart = {
  id: "loss",
  title: "Loss",
  hint:
    "Thin: the loss of each batch. Strong: its exponential mean over about 20 steps. Dots: the validation set. Ticks at the " +
    "bottom: steps at which the gradient was clipped.",

  reading({ history }) {
    const { recent, columns } = history;
    const [last, shown] = [recent.at(-1), shownFrame(history)];
    if (!last || !shown) return "No step yet";
    const least = columns.reduce((a, b) => (b.lossMin < a.lossMin || Number.isNaN(a.lossMin) ? b : a));
    const clipped = columns.reduce((sum, column) => sum + column.clipped, 0);
    const lowest = Number.isFinite(least.lossMin) ? `, lowest ${figure(least.lossMin, 3)}` : "";
    const clips = clipped > 0 ? `, clipped at ${count(clipped)} of ${count(last.step)} steps` : "";
    const when = shown === last ? "now" : `at step ${count(shown.step)}`;
    return `${figure(shown.loss, 3)} ${when}${lowest}${clips}`;
  },

  plot(view) {
    const series = seriesOf(view);
    const values = series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
    const other = view.compare ? smoothed(view.compare.history) : [];
    const y = withRoomFor(
      lossAxis(values),
      other.map((point) => point.y),
    );
    const under = view.compare ? underlay({ label: comparedName(view.compare), points: other }, y) : [];
    return {
      kind: "lines",
      x: stepsAxis(view),
      y,
      series: [...under, ...series, ...clips(view.history, bottom(y))],
    };
  },

  describe({ history: { columns }, compare }, { x = Infinity }) {
    const column = columns.find(({ step }) => step >= x) ?? columns.at(-1);
    if (!column) return { title: "", rows: [] };
    const { step, lossMin, lossMax, lossSmooth, valLoss, clipped } = column;
    const raw = lossMin === lossMax ? figure(lossMin, 3) : `${figure(lossMin, 3)} … ${figure(lossMax, 3)}`;
    return {
      title: `Step ${count(step)}`,
      rows: [
        ["loss", raw],
        ["smoothed", figure(lossSmooth, 3)],
        ...(Number.isNaN(valLoss) ? [] : [["validation", figure(valLoss, 3)] as const]),
        ...(clipped > 0 ? [["clipped", "yes"] as const] : []),
        ...(compare ? comparedLoss(compare, step) : []),
      ],
    };
  },

  table: ({ history: { columns } }) => ({
    columns: ["step", "loss_min", "loss_max", "smoothed", "val_loss", "clipped"],
    rows: columns.map((c) => [c.step, c.lossMin, c.lossMax, c.lossSmooth, c.valLoss, c.clipped]),
  }),
};

function seriesOf({ history }: View): readonly Series[] {
  const validation = history.columns.flatMap(({ step: x, valLoss: y }) =>
    Number.isNaN(y) ? [] : [{ x, y }],
  );
  return [
    { label: "each batch", draw: "thin", ink: "main", points: history.columns.flatMap(rawPoints) },
    { label: "smoothed", draw: "line", ink: "main", points: smoothed(history) },
    ...(validation.length > 0
      ? [{ label: "validation", draw: "dots", ink: "second", points: validation } as const]
      : []),
  ];
}

/** The other run's smoothed loss at this step, if it came so far. */
function comparedLoss(compare: Compared, step: number): Figures["rows"] {
  const column = compare.history.columns.find((one) => one.step >= step);
  return column ? [[comparedName(compare), figure(column.lossSmooth, 3)]] : [];
}

const smoothed = ({ columns }: History): readonly Point[] =>
  columns.map(({ step, lossSmooth }) => ({ x: step, y: lossSmooth }));

/** Both extremes of a column, so that no spike is lost where a column stands for many steps. */
const rawPoints = ({ step: x, lossMin, lossMax }: Column): readonly Point[] =>
  lossMin === lossMax
    ? [{ x, y: lossMin }]
    : [
        { x, y: lossMin },
        { x, y: lossMax },
      ];

function clips({ columns }: History, y: number): readonly Series[] {
  const points = columns.flatMap(({ step, clipped }) => (clipped > 0 ? [{ x: step, y }] : []));
  return points.length > 0 ? [{ label: "clipped", draw: "marks", ink: "second", points }] : [];
}

const bottom = (axis: Axis): number => (axis.kind === "log" ? 10 ** axis.min : axis.min);

/** Logarithmic where all values are positive and spread over more than `SPAN_FOR_LOG`; else from 0, or close around the values. */
export function lossAxis(values: readonly number[]): LinearAxis | LogAxis {
  const [min, max] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (!(min <= max)) return { kind: "linear", title: "Loss", min: 0, max: 1 };
  if (min > 0 && max / min > SPAN_FOR_LOG) return logAxis("Loss", [min, max]);
  const from = min >= 0 && min < max / 2 ? 0 : min;
  const margin = Math.max((max - from) * 0.08, Math.abs(max) * 0.02, 1e-12);
  return { kind: "linear", title: "Loss", min: from === 0 ? 0 : from - margin, max: max + margin };
}
