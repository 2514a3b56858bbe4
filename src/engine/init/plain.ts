import { t } from "../../l10n/translate.ts";
import { number } from "../params.ts";
import { init } from "./init.ts";

/** A range that is wider than any float has no uniform numbers in single precision. */
export const refusesWidth = (name: string, width: number): string | undefined =>
  Number.isFinite(Math.fround(width))
    ? undefined
    : t`${name} would draw from a range of width ${width}, which single precision does not hold`;

export const uniform = init({
  doc: "Uniformly distributed numbers: `U(a, b)`.",
  params: { a: number("Lower bound.", {}, 0), b: number("Upper bound.", {}, 1) },
  refuses: (_shape, { a, b }) =>
    a > b ? t`uniform needs a ≤ b, but a is ${a} and b is ${b}` : refusesWidth("uniform", b - a),
  fill: (generator, out, _shape, { a, b }) => generator.uniform(out, a, b),
});

export const normal = init({
  doc: "Normally distributed numbers: `N(mean, std²)`.",
  params: { mean: number("Mean.", {}, 0), std: number("Standard deviation.", { min: 0 }, 1) },
  fill: (generator, out, _shape, { mean, std }) => generator.normal(out, mean, std),
});

export const constant = init({
  doc: "Every element is `val`.",
  params: { val: number("The value.") },
  fill: (_generator, out, _shape, { val }) => void out.fill(val),
});

export const zeros = init({
  doc: "Every element is 0. As a weight it leaves all units of a layer alike: they stay so.",
  params: {},
  fill: (_generator, out) => void out.fill(0),
});

export const ones = init({
  doc: "Every element is 1. As a weight it leaves all units of a layer alike: they stay so.",
  params: {},
  fill: (_generator, out) => void out.fill(1),
});
