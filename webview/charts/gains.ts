import { figure } from "../../src/insight/format.ts";
import { theoreticalGains, depthScale, type Expected } from "../../src/insight/theory.ts";
import { repetitionOf, runningProduct } from "../../src/insight/chain.ts";
import { logSharesAt } from "../../src/insight/share.ts";
import { columnOf, typical } from "../../src/insight/typical.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { t } from "../../src/l10n/translate.ts";
import { noFigure } from "../nonFinite.ts";
import type { Other, View } from "../view.ts";
import { layersAxis } from "./axis.ts";
import type { LogAxis } from "./axis.ts";
import type { Chart, Point, RightAxis, Series } from "./chart.ts";
import { matchOf, nameAlong, otherFigures, underlay } from "./compared.ts";
import { cellsOf, layerFigures, layerTable } from "./figures.ts";

export const gains: Chart = {
  id: "gains",
  title: t`Chain of gains`,
  hint: t`The gain ‖Jᵀδ‖ / ‖δ‖ is a layer's factor in the chain of Jacobians: a bar up from 1 lets the gradient grow, a bar down lets it shrink. The line (right axis) is the product from the last layer back. Bars have the colour of what reaches the layer.`,

  reading(view) {
    const values = typical(view, "gain");
    const known = values.filter(Number.isFinite);
    if (known.length === 0) return noFigure(view, noGradient(view));
    const product = runningProduct(view.layers, values).find((p) => !Number.isNaN(p)) ?? NaN;
    const range = t`${figure(Math.min(...known))} to ${figure(Math.max(...known))}`;
    return t`Factors from ${range}, their product is ${figure(product)}${theory(view, values)}`;
  },

  plot(view) {
    const frame = shownFrame(view.history);
    const values = frame ? columnOf(frame, view.layers, "gain") : [];
    const product = runningProduct(view.layers, values);
    const shares = frame ? logSharesAt(frame) : [];
    const axes = axesAroundOne(values, product);
    return {
      kind: "lines",
      x: layersAxis(view.layers),
      ...axes,
      series: [
        ...view.others.flatMap((other) => productUnder(view, other, axes)),
        {
          label: t`gain of a layer`,
          draw: "bars",
          ink: { shares },
          points: values.map((gain, x) => ({ x, y: gain })),
        },
        {
          label: t`running product (right axis)`,
          draw: "line",
          ink: "main",
          points: product.map((p, x) => ({ x, y: p })),
          right: true,
          bridged: true,
        },
        ...expected(view),
      ],
    };
  },

  describe(view, place) {
    const { title, rows } = layerFigures(view, place);
    const says = expectedOf(view)[place.layer ?? -1];
    return {
      title,
      rows: [
        ...rows,
        ...(says ? [[t`gain in theory, at the start`, writtenGain(says)] as const] : []),
        ...otherFigures(view, place.layer ?? -1, "gain"),
      ],
    };
  },

  table(view) {
    const frame = shownFrame(view.history);
    const values = frame ? columnOf(frame, view.layers, "gain") : [];
    return layerTable(view, [
      ["gain", cellsOf(view, "gain")],
      ["product", runningProduct(view.layers, values)],
      ["theory", expectedOf(view).map((says) => says?.gain ?? NaN)],
    ]);
  },
};

const known = new WeakMap<object, readonly (Expected | undefined)[]>();

/** What theory says of each layer, from its declaration. */
function expectedOf({ run: { info } }: View): readonly (Expected | undefined)[] {
  const { declared } = info;
  if (!declared) return [];
  const gains = known.get(declared) ?? theoreticalGains(declared);
  known.set(declared, gains);
  return gains;
}

const writtenGain = ({ gain, atMost }: Expected): string => `${atMost ? "≤ " : ""}${figure(gain)}`;

/** Theory's gains: a mark where it says what they are, an arrow where it says what they are at most. */
function expected(view: View): readonly Series[] {
  const points = (atMost: boolean): readonly Point[] =>
    expectedOf(view).flatMap((says, x) =>
      says && (says.atMost ?? false) === atMost ? [{ x, y: says.gain }] : [],
    );
  const [is, most] = [points(false), points(true)];
  return [
    ...(is.length > 0
      ? [{ label: t`theory, at the first step`, draw: "diamonds", ink: "second", points: is } as const]
      : []),
    ...(most.length > 0
      ? [{ label: t`theory: at most`, draw: "below", ink: "second", points: most } as const]
      : []),
  ];
}

/** `; a block has 0.71, in theory 0.71 at the first step` */
function theory(view: View, gains: readonly number[]): string {
  const group = repetitionOf(view.layers)?.groups.at(-1);
  if (!group || !view.run.info.declared) return "";
  const rows = Array.from({ length: group.to - group.from + 1 }, (_, i) => group.from + i);
  const says = rows.flatMap((row) => expectedOf(view)[row] ?? []);
  if (says.length < rows.length) return "";
  const product = says.reduce((p, { gain }) => p * gain, 1);
  const measured = rows.reduce((p, row) => p * (gains[row] ?? NaN), 1);
  const most = says.some((one) => one.atMost);
  const scale = depthScale(view.run.info.declared);
  const reach = Number.isFinite(scale) ? t`, depth scale ${figure(scale)}` : "";
  return most
    ? t`; a block has ${figure(measured)}, in theory at most ${figure(product)} at first${reach}`
    : t`; a block has ${figure(measured)}, in theory ${figure(product)} at first${reach}`;
}

/** The running product of another run, on the right axis. */
function productUnder(view: View, other: Other, axes: ReturnType<typeof axesAroundOne>): readonly Series[] {
  const { y, right } = axes;
  const axis = { ...y, min: y.min * right.times, max: y.max * right.times };
  const line = {
    label: nameAlong(view, other),
    points: productAlong(view, other),
    bridged: true,
    place: other.place,
  };
  return underlay(line, axis).map((series) => ({ ...series, right: true }));
}

function productAlong(view: View, other: Other): readonly Point[] {
  const frame = shownFrame(other.history);
  const { layers } = other.run.info;
  const product = frame ? runningProduct(layers, columnOf(frame, layers, "gain")) : [];
  return matchOf(view, other).pairs.map(({ at, row }) => ({ x: at, y: product[row] ?? NaN }));
}

/** Why no layer has a gain although a step was made: 0 / 0 is none. */
const noGradient = (view: View): string =>
  typical(view, "delta_norm").every((norm) => norm === 0)
    ? t`No factor to be had: the gradient is exactly 0 at every layer`
    : t`No gain is known yet`;

/** Room beyond the longest bar, as a part of it. */
const MARGIN = 1.15;

/** Axes of the gains and of their product with 1 at the same height, so that one base line serves both. */
export function axesAroundOne(
  gains: readonly number[],
  product: readonly number[],
): { readonly y: LogAxis; readonly right: RightAxis } {
  const [low, high] = decades(gains);
  const [below, above] = [Math.min(low, -0.5) * MARGIN, Math.max(high, 0.5) * MARGIN];
  const [productLow, productHigh] = decades(product);
  const times = Math.max(1, Math.ceil(productLow / below), Math.ceil(productHigh / above));
  return {
    y: { kind: "log", title: t`Gain`, min: below, max: above, zero: false, infinite: false },
    right: { title: t`Running product`, times },
  };
}

/** The least and the greatest exponent of ten, 0 included. */
function decades(values: readonly number[]): readonly [low: number, high: number] {
  const exponents = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  return [Math.min(0, ...exponents), Math.max(0, ...exponents)];
}
