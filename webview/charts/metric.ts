import { t } from "../../src/l10n/translate.ts";
import { lastStep, rangeOf, spanOf } from "../../src/protocol/buckets.ts";
import { courseOf, validationOf } from "../../src/protocol/kept.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { figure } from "../../src/insight/format.ts";
import { noFigure } from "../nonFinite.ts";
import { whole, type View } from "../view.ts";
import { stepsAxis, withRoomFor } from "./axis.ts";
import type { Chart, Point } from "./chart.ts";
import { otherName, underlay } from "./compared.ts";
import { bucketAt, bucketsOf, budgetOf, SPAN_COLUMNS, spanRow, stepsOf } from "./curve.ts";

export const metric: Chart = {
  id: "metric",
  title: t`Metric`,
  hint: t`What the model is measured by beside the loss: the share of right answers of classes, else the coefficient of determination. Line: the batches, mean of the steps that share a place. Dots: the validation set.`,

  applies: ({ history }) => history.course.buckets.some((bucket) => rangeOf(bucket, FIGURE).finite > 0),

  reading(view) {
    const frame = shownFrame(view.history);
    const held = evaluations(view).at(-1);
    if (!frame || Number.isNaN(frame.metric)) return noFigure(view, t`No step has a metric`);
    const validation = held ? t`, ${figure(held.y, 3)} on the validation set at step ${held.x}` : "";
    return `${figure(frame.metric, 3)} ${view.now ? t`at step ${frame.step}` : t`now`}${validation}`;
  },

  plot(shown) {
    const view = whole(shown);
    const points = means(view.history, budgetOf(2 + view.others.length));
    const validation = evaluations(view);
    const lines = view.others.map((other) => ({
      label: otherName(other),
      points: means(other.history, budgetOf(2 + view.others.length)),
      place: other.place,
    }));
    const ys = [...points, ...validation].map(({ y }) => y).filter(Number.isFinite);
    const [min, max] = [Math.min(0, ...ys), Math.max(1, ...ys)];
    const y = withRoomFor(
      { kind: "linear", title: t`Metric`, min: Math.max(min, -1), max },
      lines.flatMap((line) => line.points.map((point) => point.y)),
    );
    return {
      kind: "lines",
      x: stepsAxis(view),
      y,
      series: [
        ...lines.flatMap((line) => underlay(line, y)),
        { label: t`batches`, draw: "line", ink: "main", points },
        ...(validation.length > 0
          ? [{ label: t`validation`, draw: "dots", ink: "second", points: validation } as const]
          : []),
      ],
      stops: view.history.course.buckets.map(lastStep),
    };
  },

  describe(view, { x }) {
    const bucket = bucketAt(whole(view).history, x);
    if (!bucket) return { title: "", rows: [] };
    const { mean, min, max, finite } = rangeOf(bucket, FIGURE);
    const { to } = spanOf(bucket);
    const held = evaluations(whole(view)).findLast((point) => point.x <= to);
    return {
      title: stepsOf(spanOf(bucket)).join(" "),
      rows: [
        [t`batches`, finite > 1 ? `${figure(min, 3)} … ${figure(max, 3)}` : figure(mean, 3)],
        ...(held ? [[t`validation, step ${held.x}`, figure(held.y, 3)] as const] : []),
      ],
    };
  },

  table: (view) => ({
    columns: [...SPAN_COLUMNS, "metric", "min", "max"],
    rows: whole(view).history.course.buckets.map((bucket) => {
      const { mean, min, max } = rangeOf(bucket, FIGURE);
      return [...spanRow(bucket), mean, min, max];
    }),
  }),
};

const FIGURE = courseOf("metric");

const means = (history: View["history"], most: number): readonly Point[] =>
  bucketsOf(history, most).map((bucket) => {
    const { from, to } = spanOf(bucket);
    return { x: (from + to) / 2, y: rangeOf(bucket, FIGURE).mean };
  });

const evaluations = ({ history }: View): readonly Point[] =>
  history.validation.buckets.flatMap((bucket) => {
    const { last } = rangeOf(bucket, validationOf("val_metric"));
    return Number.isFinite(last) ? [{ x: lastStep(bucket), y: last }] : [];
  });
