import { t } from "../../l10n/translate.ts";
import { erf } from "../activations/erf.ts";
import { number, type Values } from "../params.ts";
import type { Generator } from "../rng/generator.ts";
import { init } from "./init.ts";

const params = {
  mean: number("Mean before the cut.", {}, 0),
  std: number("Standard deviation before the cut.", { above: 0 }, 1),
  a: number("Lower bound.", {}, -2),
  b: number("Upper bound.", {}, 2),
};

type Cut = Values<typeof params>;

/** When the bounds hold more than this share of the normal distribution, PyTorch draws from that, else uniformly between them. */
const LARGE_SHARE = 0.3;

/** A number that takes more draws than this, on average, until one is kept would take PyTorch for ever. */
const MOST_ROUNDS = 10_000;

/** Φ(x): the share of N(0, 1) below x. */
const normalCdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

export const trunc_normal = init({
  doc: "`N(mean, std²)` without what lies outside `[a, b]`: such numbers are drawn again.",
  params,

  refuses(_shape, { mean, std, a, b }) {
    if (a > b) return t`trunc_normal needs a ≤ b, but a is ${a} and b is ${b}`;
    const distance = Math.max(a - mean, mean - b, 0) / std;
    // The tail beyond a distance d falls off like exp(−d·x), so that about 1 in d·width uniform numbers is kept.
    const rounds = distance * ((b - a) / std);
    return rounds > MOST_ROUNDS
      ? t`trunc_normal would reject nearly all numbers: [${a}, ${b}] is ${distance.toPrecision(3)} standard deviations from the mean ${mean}`
      : undefined;
  },

  fill(generator, out, _shape, cut) {
    const { mean, std, a, b } = cut;
    const share = normalCdf((b - mean) / std) - normalCdf((a - mean) / std);
    if (share > LARGE_SHARE) redrawOutside(generator, out, cut);
    else drawUnderPeak(generator, out, cut);
  },
});

/** A round draws for the whole tensor, as in PyTorch, and keeps what replaces a number out of bounds. */
function redrawOutside(generator: Generator, out: Float32Array, { mean, std, a, b }: Cut): void {
  const [low, high] = [Math.fround(a), Math.fround(b)];
  const isOutside = (x: number): boolean => x < low || x > high;
  const again = new Float32Array(out.length);
  generator.normal(out, mean, std);
  while (out.some(isOutside)) {
    generator.normal(again, mean, std);
    again.forEach((x, i) => {
      if (isOutside(out[i])) out[i] = x;
    });
  }
}

/** Rejection sampling: x from U(a, b) is kept with probability density(x) / (highest density in [a, b]). */
function drawUnderPeak(generator: Generator, out: Float32Array, { mean, std, a, b }: Cut): void {
  const f = Math.fround;
  const mode = Math.max(a, Math.min(mean, b));
  const peak = f(-0.5 * ((mode - mean) / std) ** 2);
  const [centre, width] = [f(mean), f(std)];
  const candidates = new Float32Array(out.length);
  const thresholds = new Float32Array(out.length);
  const pending = new Uint8Array(out.length).fill(1);

  while (pending.includes(1)) {
    generator.uniform(candidates, a, b);
    generator.uniform(thresholds, 0, 1);
    for (let i = 0; i < out.length; i++) {
      if (pending[i] === 0) continue;
      const z = f(f(candidates[i] - centre) / width);
      const logDensity = f(f(f(z * z) * -0.5) - peak);
      out[i] = candidates[i];
      pending[i] = f(Math.log(thresholds[i])) > logDensity ? 1 : 0;
    }
  }
}
