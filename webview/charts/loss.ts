import { t } from "../../src/l10n/translate.ts";
import { lastStep, rangeOf, spanOf, type Bucket, type Span } from "../../src/protocol/buckets.ts";
import type { History } from "../../src/protocol/history.ts";
import { courseOf, validationOf } from "../../src/protocol/kept.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { count, counted, figure } from "../../src/insight/format.ts";
import { whole, type Other, type View } from "../view.ts";
import { logAxis, stepsAxis, withRoomFor } from "./axis.ts";
import type { Axis, LinearAxis, LogAxis } from "./axis.ts";
import type { Chart, Figures, Point, Series } from "./chart.ts";
import { otherName, underlay } from "./compared.ts";
import { bucketAt, bucketsOf, budgetOf, curveOf, noteOf, SPAN_COLUMNS, spanRow, stepsOf } from "./curve.ts";

/** A positive loss that spans this factor is drawn on a log axis. */
const SPAN_FOR_LOG = 30;

export const loss: Chart = {
  id: "loss",
  title: t`Loss`,
  hint: t`Thin: the loss of each batch, from the least to the greatest where steps are too many to tell apart. Strong: its exponential mean over about 20 steps. Dots: the validation set. Ticks at the bottom: steps at which the gradient was clipped.`,

  reading({ history, now }) {
    const [last, shown] = [history.latest(), shownFrame(history)];
    if (!last || !shown) return t`No step yet`;
    const { lowest, lowest_step, clipped } = history.tally;
    const least = Number.isFinite(lowest)
      ? t`, lowest ${figure(lowest, 3)} at step ${count(lowest_step)}`
      : "";
    const clips = clipped > 0 ? t`, clipped at ${count(clipped)} of ${stepsSeen(history)}` : "";
    const when = shown === last && !now ? t`now` : t`at step ${count(shown.step)}`;
    return `${figure(shown.loss, 3)} ${when}${least}${clips}`;
  },

  plot(shown) {
    const view = whole(shown);
    const most = budgetOf(3 + view.others.length);
    const series = seriesOf(view, most);
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    const lines = view.others.map((other) => ({
      label: otherName(other),
      points: smoothed(other.history, most),
      place: other.place,
    }));
    const y = withRoomFor(
      lossAxis(values),
      lines.flatMap(({ points }) => points.map((point) => point.y)),
    );
    const under = lines.flatMap((line) => underlay(line, y));
    const stops = view.history.course.buckets.map(lastStep);
    return {
      kind: "lines",
      x: stepsAxis(view),
      y,
      series: [...under, ...series, ...clips(view.history, bottom(y), most)],
      stops,
      ...noteOf(view.history, most),
    };
  },

  describe(view, { x }) {
    const { history, others } = whole(view);
    const bucket = bucketAt(history, x);
    if (!bucket) return { title: "", rows: [] };
    const span = spanOf(bucket);
    const { frames, clipped } = span;
    const raw = rangeOf(bucket, courseOf("loss"));
    const evaluations = history.validation.buckets.filter((one) => overlap(spanOf(one), span));
    const validation = evaluations.map((one) => rangeOf(one, validationOf("val_loss")));
    return {
      title: capital(stepsOf(span).join(" ")),
      rows: [
        [t`loss`, between(frames === 1 ? [raw.last] : [raw.min, raw.max])],
        ...(frames === 1 ? [] : [[t`mean`, figure(raw.mean, 3)] as const]),
        [t`smoothed`, figure(rangeOf(bucket, courseOf("smooth")).last, 3)],
        ...(validation.length > 0
          ? [[t`validation`, between(validation.flatMap(({ min, max }) => [min, max]))] as const]
          : []),
        ...(clipped > 0
          ? [
              [
                t`clipped`,
                frames === 1 ? t`yes` : t`${count(clipped)} of ${counted(frames, "step")}`,
              ] as const,
            ]
          : []),
        ...others.flatMap((other) => otherLoss(other, span.to)),
      ],
    };
  },

  table(view) {
    const { course, validation } = whole(view).history;
    return {
      columns: [...SPAN_COLUMNS, "series", "first", "last", "min", "max", "mean", "smoothed", "clipped"],
      rows: [
        ...course.buckets.map((bucket) => {
          const smooth = rangeOf(bucket, courseOf("smooth")).last;
          return [...rowOf(bucket, t`training`, courseOf("loss")), smooth, spanOf(bucket).clipped];
        }),
        ...validation.buckets.map((bucket) => [
          ...rowOf(bucket, t`validation`, validationOf("val_loss")),
          NaN,
          NaN,
        ]),
      ],
    };
  },
};

/** How many steps the counts are of. */
const stepsSeen = ({ tally: { frames, step } }: History): string =>
  frames === step ? counted(step, "step") : counted(frames, "sampled step");

const rowOf = (bucket: Bucket, series: string, loss: number): readonly (string | number)[] => {
  const { first, last, min, max, mean } = rangeOf(bucket, loss);
  return [...spanRow(bucket), series, first, last, min, max, mean];
};

const overlap = (a: Span, b: Pick<Span, "from" | "to">): boolean => a.from <= b.to && b.from <= a.to;

/** `0.693`, or the range of several. */
function between(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high || Number.isNaN(low) ? figure(low, 3) : `${figure(low, 3)} … ${figure(high, 3)}`;
}

function seriesOf({ history }: View, most: number): readonly Series[] {
  const validation = history.validation.buckets.flatMap(evaluations);
  return [
    { label: t`each batch`, draw: "thin", ink: "main", points: curveOf(history, courseOf("loss"), most) },
    { label: t`smoothed`, draw: "line", ink: "main", points: smoothed(history, most) },
    ...(validation.length > 0
      ? [{ label: t`validation`, draw: "dots", ink: "second", points: validation } as const]
      : []),
  ];
}

/** One dot an evaluation; both extremes where there were so many that several share a bucket. */
function evaluations(bucket: Bucket): readonly Point[] {
  const { min, max } = rangeOf(bucket, validationOf("val_loss"));
  return [...new Set([min, max])].filter(Number.isFinite).map((y) => ({ x: lastStep(bucket), y }));
}

/** The other run's smoothed loss at this step, if it came so far. */
function otherLoss(other: Other, step: number): Figures["rows"] {
  const bucket = other.history.tally.step >= step ? bucketAt(other.history, step) : undefined;
  return bucket ? [[otherName(other), figure(rangeOf(bucket, courseOf("smooth")).last, 3)]] : [];
}

const smoothed = (history: History, most: number): readonly Point[] =>
  curveOf(history, courseOf("smooth"), most);

function clips(history: History, y: number, most: number): readonly Series[] {
  const points = bucketsOf(history, most).flatMap((bucket) => {
    const { from, to, clipped } = spanOf(bucket);
    return clipped > 0 ? [{ x: (from + to) / 2, y }] : [];
  });
  return points.length > 0 ? [{ label: t`clipped`, draw: "marks", ink: "second", points }] : [];
}

const bottom = (axis: Axis): number => (axis.kind === "log" ? 10 ** axis.min : axis.min);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Of the finite values. Logarithmic where all are positive and spread over more than `SPAN_FOR_LOG`; else from 0, or close around the values. */
export function lossAxis(values: readonly number[]): LinearAxis | LogAxis {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (!(min <= max)) return { kind: "linear", title: t`Loss`, min: 0, max: 1 };
  if (min > 0 && max / min > SPAN_FOR_LOG) return logAxis(t`Loss`, [min, max]);
  const from = min >= 0 && min < max / 2 ? 0 : min;
  const margin = Math.max((max - from) * 0.08, Math.abs(max) * 0.02, 1e-12);
  return { kind: "linear", title: t`Loss`, min: from === 0 ? 0 : from - margin, max: max + margin };
}
