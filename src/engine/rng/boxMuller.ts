import { fma } from "./fma.ts";

/*
 * Box–Muller in single precision. Every operation is rounded, or fused, where PyTorch's AVX2 kernel does so, which
 * makes the results equal bit for bit. The kernel takes log, sin and cos from Cephes (S. Moshier, Methods and
 * Programs for Mathematical Functions, 1989: logf, sinf, cosf), whose coefficients these are.
 */
const f = Math.fround;

/** log(1 + x) = x − x²/2 + x³·P(x) on √½ ≤ 1 + x < √2. */
// prettier-ignore
const LOG_P = Float32Array.of(
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
);
/** sin x = x + x³·P(x²) and cos x = 1 − x²/2 + x⁴·P(x²) on |x| ≤ π/4. */
const SIN_P = Float32Array.of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const COS_P = Float32Array.of(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);

/** log 2 and π/4 as sums of numbers short enough that small multiples of all but the last are exact. */
const LOG2_HIGH = f(0.693359375);
const LOG2_LOW = f(-2.1219444e-4);
const PI4 = Float32Array.of(0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8);

const SQRT_HALF = f(Math.SQRT1_2);
const FOUR_OVER_PI = f(4 / Math.PI);
const TWO_PI = f(2 * Math.PI);

const bits = new Int32Array(1);
const single = new Float32Array(bits.buffer);

/** Turns 16 uniform numbers from [0, 1) at `at` into normal ones; the i-th and the (i+8)-th are a pair. */
export function boxMuller16(out: Float32Array, at: number, mean: number, std: number): void {
  for (let i = at; i < at + 8; i++) {
    const radius = f(Math.sqrt(f(-2 * log(f(1 - out[i])))));
    const angle = f(TWO_PI * out[i + 8]);

    // The angle is x away from an even multiple of π/4: quadrant·π/2.
    const octant = (f(angle * FOUR_OVER_PI) + 1) & ~1;
    const x = fma(-octant, PI4[2], f(f(angle - f(octant * PI4[0])) - f(octant * PI4[1])));
    const odd = (octant & 2) !== 0;
    const sin = odd ? cosNearZero(x) : sinNearZero(x);
    const cos = odd ? sinNearZero(x) : cosNearZero(x);

    out[i] = fma(f(radius * ((octant + 2) & 4 ? -cos : cos)), std, mean);
    out[i + 8] = fma(f(radius * (octant & 4 ? -sin : sin)), std, mean);
  }
}

/** For 2⁻²⁴ ≤ u ≤ 1. */
function log(u: number): number {
  single[0] = u;
  let exponent = (bits[0] >> 23) - 126;
  bits[0] = (bits[0] & 0x007fffff) | 0x3f000000; // the mantissa, from ½ up to 1
  let x = f(single[0] - 1);
  if (single[0] < SQRT_HALF) {
    exponent -= 1;
    x = f(x + single[0]);
  }
  const z = f(x * x);
  const y = f(fma(f(polynomial(LOG_P, x) * x), z, f(exponent * LOG2_LOW)) - f(z * 0.5));
  return f(f(x + y) + f(exponent * LOG2_HIGH));
}

function sinNearZero(x: number): number {
  const z = f(x * x);
  return fma(f(polynomial(SIN_P, z) * z), x, x);
}

function cosNearZero(x: number): number {
  const z = f(x * x);
  return f(fma(f(polynomial(COS_P, z) * z), z, -f(z * 0.5)) + 1);
}

/** By Horner's rule, highest power first. */
function polynomial(coefficients: Float32Array, x: number): number {
  let y = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) y = fma(y, x, coefficients[i]);
  return y;
}
