import { t } from "../../src/l10n/translate.ts";
import { lastStep, rangeOf, spanOf } from "../../src/protocol/buckets.ts";
import { courseOf } from "../../src/protocol/kept.ts";
import { typicalNorm } from "../../src/insight/clipping.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { count, counted, figure, percent } from "../../src/insight/format.ts";
import { skippedIn } from "../../src/insight/onTheWay.ts";
import { noFigure } from "../nonFinite.ts";
import { whole, type View } from "../view.ts";
import { logAxis, stepsAxis } from "./axis.ts";
import type { Chart, Point } from "./chart.ts";
import { bucketAt, budgetOf, curveOf, noteOf, SPAN_COLUMNS, spanRow, stepsOf } from "./curve.ts";
import { nearest } from "./layerCourses.ts";
import { leftOut, some } from "./overSteps.ts";

export const clipping: Chart = {
  id: "clipping",
  title: t`Norm of the whole gradient`,
  hint: t`‖∂L/∂θ‖ over all parameters, before clipping (thin) and after (strong). The line that 90 % of the run's steps stay below is a threshold that would cut off nothing but outliers.`,

  reading(view) {
    const { history } = view;
    const frame = shownFrame(history);
    if (!frame || Number.isNaN(frame.grad_norm)) return noFigure(view, t`No step has a gradient`);
    const { frames, clipped } = history.tally;
    const ninety = typicalNorm(history);
    const below = Number.isNaN(ninety)
      ? ""
      : t`, 90 % of the steps that are kept lie below ${figure(ninety)}`;
    const cut = clipped > 0 ? t`, clipped at ${percent(clipped / frames)} of the steps` : t`, never clipped`;
    const skipped = skippedIn(history);
    const left = skipped
      ? t`, ${counted(skipped.updates, "update")} skipped (${percent(skipped.share)})`
      : "";
    return `${figure(frame.grad_norm)}${cut}${left}${below}`;
  },

  plot(shown) {
    const view = whole(shown);
    const { history } = view;
    const before = curveOf(history, FIGURE, budgetOf(2));
    const frames = some(history, budgetOf(2));
    const after = frames.map(({ step, grad_norm, clip_coef }) => ({
      x: step,
      y: finite(grad_norm * clip_coef),
    }));
    const isClipped = history.tally.clipped > 0;
    const lines = thresholds(view);
    const x = stepsAxis(view);
    const ys = [...before, ...after].map(({ y }) => y);
    const left = leftOut(history, frames);
    return {
      kind: "lines",
      x,
      y: logAxis(t`‖∂L/∂θ‖ of all`, [...ys, ...lines.map(({ y }) => y)]),
      series: [
        { label: isClipped ? t`before clipping` : t`each step`, draw: "thin", ink: "main", points: before },
        ...(isClipped
          ? [{ label: t`after clipping`, draw: "line", ink: "main", points: after } as const]
          : []),
        ...lines.map(({ label, y }) => ({
          label,
          draw: "line" as const,
          ink: "second" as const,
          points: [0, x.max].map((at): Point => ({ x: at, y })),
        })),
      ],
      stops: history.course.buckets.map(lastStep),
      ...noteOf(history, budgetOf(2), isClipped && left ? t`after clipping: at ${left}` : undefined),
    };
  },

  describe(view, { x }) {
    const { history } = whole(view);
    const bucket = bucketAt(history, x);
    if (!bucket) return { title: "", rows: [] };
    const { min, max, last, finite } = rangeOf(bucket, FIGURE);
    const { frames, clipped } = spanOf(bucket);
    const frame = nearest(history.frames(), x);
    return {
      title: stepsOf(spanOf(bucket)).join(" "),
      rows: [
        [t`before clipping`, finite > 1 ? `${figure(min)} … ${figure(max)}` : figure(last)],
        ...(frame
          ? [
              [
                t`after clipping, step ${count(frame.step)}`,
                figure(frame.grad_norm * frame.clip_coef),
              ] as const,
            ]
          : []),
        [t`clipped`, t`${count(clipped)} of ${counted(frames, "step")}`],
      ],
    };
  },

  table: (view) => ({
    columns: [...SPAN_COLUMNS, "min", "max", "mean", "clipped"],
    rows: whole(view).history.course.buckets.map((bucket) => {
      const { min, max, mean } = rangeOf(bucket, FIGURE);
      return [...spanRow(bucket), min, max, mean, spanOf(bucket).clipped];
    }),
  }),
};

const FIGURE = courseOf("grad_norm");

const finite = (y: number): number => (Number.isFinite(y) ? y : NaN);

/** The threshold that the model declares, and the one that the run suggests. */
function thresholds({ run, history }: View): readonly { readonly label: string; readonly y: number }[] {
  const declared = run.info.declared?.clip_grad_norm;
  const ninety = typicalNorm(history);
  return [
    ...(declared !== undefined ? [{ label: `clip_grad_norm ${figure(declared)}`, y: declared }] : []),
    ...(Number.isFinite(ninety) ? [{ label: t`90 % of steps below ${figure(ninety)}`, y: ninety }] : []),
  ];
}
