import { t } from "../../src/l10n/translate.ts";
import { rangeOf, spanOf, type Bucket, type Span } from "../../src/protocol/buckets.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import type { History } from "../../src/protocol/history.ts";
import { deltaOf, layersIn } from "../../src/protocol/kept.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { finiteFrames } from "../../src/insight/finite.ts";
import { count, figure } from "../../src/insight/format.ts";
import { logSharesAt, logSharesOf, partOf } from "../../src/insight/share.ts";
import { noFigure } from "../nonFinite.ts";
import { whole } from "../view.ts";
import { layersAxis, stepsAxis } from "./axis.ts";
import type { Chart, HeatPlot, Table } from "./chart.ts";
import { bucketAt, isGap, SPAN_COLUMNS, spanRow, stepsOf } from "./curve.ts";
import { layerFigures } from "./figures.ts";

/** Steps that the table shows; the copied data has them all. */
const TABLE_STEPS = 5;

export const overTime: Chart = {
  id: "over-time",
  title: t`Over time`,
  hint: t`The share of the gradient that reaches each layer, ‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖, at every step: blue vanishes, red explodes, magenta with a hatch is NaN or ∞. Where steps are too many to tell apart, their mean. Layers from first (top) to last.`,

  reading(view) {
    const { layers, history } = view;
    const [first, last] = [history.first[0], finiteFrames(history).at(-1)];
    const name = layerName(layers[0]?.path ?? "");
    if (!first || !last || !name) return noFigure(view, t`No step yet`);
    const shareAt = (frame: Frame): number => logSharesAt(frame)[0] ?? NaN;
    const [then, now] = [shareAt(first), shareAt(last)];
    const at = last === history.latest() && !view.now ? t`now` : t`at step ${count(last.step)}`;
    if (now === -Infinity) return t`${name}: exactly 0 ${at}`;
    if (!Number.isFinite(now)) return t`${name}: no share of the last layer's gradient ${at}`;
    const since =
      first.step === last.step || !Number.isFinite(then)
        ? ""
        : t`, ${figure(10 ** then, 1)} at step ${count(first.step)}`;
    return t`${name}: ${partOf(now)} the last layer's${since}`;
  },

  plot(shown) {
    const view = whole(shown);
    return {
      kind: "heat",
      x: stepsAxis(view),
      y: layersAxis(view.layers),
      paint: "share",
      ...columnsOf(view.history),
    };
  },

  describe(shown, place) {
    const view = whole(shown);
    const bucket = bucketAt(view.history, place.x);
    if (place.layer === undefined || place.x === undefined || !bucket) return layerFigures(view, place);
    const share = sharesAt(bucket)[place.layer] ?? NaN;
    const { min, max, mean, last, finite } = rangeOf(bucket, deltaOf(place.layer));
    const several = finite > 1 && min !== max;
    return {
      title: layerName(view.layers[place.layer]?.path ?? ""),
      rows: [
        stepsOf(spanOf(bucket)),
        ["‖∂L/∂h‖", several ? t`${figure(min)} … ${figure(max)}, mean ${figure(mean)}` : figure(last)],
        ...(Number.isNaN(share) ? [] : [[t`of the last layer's`, wordFor(share)] as const]),
      ],
    };
  },

  table(view) {
    const { layers } = view;
    const { buckets } = whole(view).history.course;
    const pick = Array.from({ length: TABLE_STEPS }, (_, i) =>
      Math.round((i * (buckets.length - 1)) / (TABLE_STEPS - 1)),
    );
    const some = [...new Set(pick)].flatMap((i) => buckets[i] ?? []);
    return {
      columns: ["layer", ...some.map((bucket) => stepsOf(spanOf(bucket)).join(" "))],
      rows: layers.map(({ path }, layer) => [
        path,
        ...some.map((bucket) => {
          const share = sharesAt(bucket)[layer] ?? NaN;
          return share === Infinity ? wordFor(share) : 10 ** share;
        }),
      ]),
    };
  },

  data: (view): Table => ({
    columns: [
      ...SPAN_COLUMNS,
      ...view.layers.flatMap(({ path }) =>
        ["min", "max", "mean"].map((what) => `${path} delta_norm_${what}`),
      ),
    ],
    rows: whole(view).history.course.buckets.map((bucket) => [
      ...spanRow(bucket),
      ...view.layers.flatMap((_, layer) => {
        const { min, max, mean } = rangeOf(bucket, deltaOf(layer));
        return [min, max, mean];
      }),
    ]),
  }),
};

/** A column a bucket, and an empty one where steps are missing. */
function columnsOf({ course, tally }: History): Pick<HeatPlot, "cells" | "edges"> {
  const cells: (readonly number[])[] = [];
  const edges: number[] = [];
  let before: Span | undefined;
  for (const bucket of course.buckets) {
    const span = spanOf(bucket);
    if (before && isGap(before, span, tally.interval)) cells.push([]);
    if (!before || isGap(before, span, tally.interval)) edges.push(span.from - 1);
    cells.push(sharesAt(bucket));
    edges.push(span.to);
    before = span;
  }
  return { cells, edges: edges.length > 0 ? edges : [0] };
}

const wordFor = (share: number): string => (share === Infinity ? t`NaN or ∞` : figure(10 ** share));

const cache = new WeakMap<Bucket, readonly number[]>();

/** The shares of the means over a bucket, computed once: the buckets of a history never change. */
function sharesAt(bucket: Bucket): readonly number[] {
  const known = cache.get(bucket);
  if (known) return known;
  const { frames, broken } = spanOf(bucket);
  const norms = Array.from({ length: layersIn(bucket) }, (_, layer) => {
    const { mean, last, finite } = rangeOf(bucket, deltaOf(layer));
    if (finite === frames) return mean;
    if (broken > 0) return NaN;
    return last === Infinity ? last : mean;
  });
  const shares = logSharesOf(norms, broken > 0);
  cache.set(bucket, shares);
  return shares;
}
