import { t } from "../../src/l10n/translate.ts";
import { lastStep, rangeOf, spanOf } from "../../src/protocol/buckets.ts";
import type { History } from "../../src/protocol/history.ts";
import { courseOf } from "../../src/protocol/kept.ts";
import { count, counted, percent } from "../../src/insight/format.ts";
import { skippedIn, whenSkipped } from "../../src/insight/onTheWay.ts";
import { whole } from "../view.ts";
import { logAxis, stepsAxis } from "./axis.ts";
import type { Chart, Series } from "./chart.ts";
import { bucketAt, budgetOf, curveOf, noteOf, SPAN_COLUMNS, spanRow, stepsOf } from "./curve.ts";

export const lossScale: Chart = {
  id: "loss-scale",
  title: t`Loss scale`,
  hint: t`What the loss is multiplied by in mixed precision (torch.amp.GradScaler), so that small gradients do not become 0 in float16. Ticks at the bottom: an update was skipped, since a gradient was not finite; the scale is lowered then. All other figures are without the scale.`,

  applies: ({ history }) => history.course.buckets.some((bucket) => rangeOf(bucket, SCALE).finite > 0),

  reading({ history, now }) {
    const scale = history.recent.at(-1)?.amp_scale ?? NaN;
    const skipped = skippedIn(history);
    const skips = skipped
      ? t`${counted(skipped.updates, "update")} skipped (${percent(skipped.share)}), ${whenSkipped(skipped)}`
      : t`no update skipped`;
    const scaled = Number.isFinite(scale) ? count(scale) : "1";
    return now ? t`${scaled} at step ${count(history.tally.step)}, ${skips}` : t`${scaled} now, ${skips}`;
  },

  plot(shown) {
    const view = whole(shown);
    const { history } = view;
    const points = curveOf(history, SCALE, budgetOf(1));
    const y = logAxis(
      t`Scale`,
      points.flatMap((point) => (Number.isFinite(point.y) ? [point.y] : [])),
    );
    return {
      kind: "lines",
      x: stepsAxis(view),
      y,
      series: [{ label: t`scale`, draw: "line", ink: "main", points }, ...skips(history, 10 ** y.min)],
      stops: history.course.buckets.map(lastStep),
      ...noteOf(history, budgetOf(1)),
    };
  },

  describe(view, { x }) {
    const bucket = bucketAt(whole(view).history, x);
    if (!bucket) return { title: "", rows: [] };
    const { min, max } = rangeOf(bucket, SCALE);
    return {
      title: stepsOf(spanOf(bucket)).join(" "),
      rows: [
        [t`scale`, min === max ? count(min) : `${count(min)} … ${count(max)}`],
        [t`skipped before`, counted(skippedOf(bucket), "update")],
      ],
    };
  },

  table: (view) => ({
    columns: [...SPAN_COLUMNS, "scale_min", "scale_max", "skipped_updates"],
    rows: whole(view).history.course.buckets.map((bucket) => {
      const { min, max } = rangeOf(bucket, SCALE);
      return [...spanRow(bucket), min, max, skippedOf(bucket)];
    }),
  }),
};

const SCALE = courseOf("amp_scale");
const SKIPPED = courseOf("skipped");

function skippedOf(bucket: Parameters<typeof rangeOf>[0]): number {
  const { mean, finite } = rangeOf(bucket, SKIPPED);
  return finite > 0 ? Math.round(mean * finite) : 0;
}

function skips({ course }: History, y: number): readonly Series[] {
  const points = course.buckets.flatMap((bucket) => {
    const { from, to } = spanOf(bucket);
    return skippedOf(bucket) > 0 ? [{ x: (from + to) / 2, y }] : [];
  });
  return points.length > 0 ? [{ label: t`updates skipped`, draw: "marks", ink: "second", points }] : [];
}
