import { erf4, exp4, expm14, logistic4, logisticAgain, softplus4, tanh4, tanhAgain } from "../simd/functions";
import { loadLanes, storeLanes } from "../simd/lanes";
import { LANES, madd } from "../simd/memory";
import {
  ELU,
  GELU,
  GELU_TANH,
  HARDSIGMOID,
  HARDSWISH,
  HARDTANH,
  LEAKY_RELU,
  LOG_SIGMOID,
  MISH,
  RELU,
  SELU,
  SIGMOID,
  SILU,
  SOFTPLUS,
  SOFTSIGN,
  TANH,
} from "./kinds";

const SELU_ALPHA: f32 = 1.6732632423543772848;
const SELU_SCALE: f32 = 1.0507009873554804935;
const SQRT_2_PI: f32 = 0.79788456080286535588;

/** √½, ½, −½, 1/√(2π): in memory, as the tables of functions.ts are. */
const GAUSS: usize = memory.data<f32>([0.7071067811865475244, 0.5, -0.5, 0.39894228040143267794]);

/** Φ(x), the distribution function of the standard normal. */
// @ts-ignore: decorator
@inline
function normal(x: v128, again: bool): v128 {
  const half = v128.load32_splat(GAUSS, 4);
  return madd(erf4(f32x4.mul(x, v128.load32_splat(GAUSS)), again), half, half);
}

// @ts-ignore: decorator
@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

/** tanh(softplus(x)) without a logarithm: with w = eˣ it is (w² + 2w) / (w² + 2w + 2). Beyond 20 it is 1. */
// @ts-ignore: decorator
@inline
function tanhSoftplus(x: v128): v128 {
  const w = exp4(f32x4.pmin(x, c(20)));
  const n = madd(w, w, f32x4.add(w, w));
  return f32x4.div(n, f32x4.add(n, c(2)));
}

// @ts-ignore: decorator
@inline
function geluInner(x: v128): v128 {
  return f32x4.mul(c(SQRT_2_PI), madd(f32x4.mul(c(0.044715), x), f32x4.mul(x, x), x));
}

/** f(x) of ../../activations/; `kind` is a constant wherever this is inlined. `again`: see functions.ts. */
// @ts-ignore: decorator
@inline
export function value(kind: i32, x: v128, a: v128, b: v128, again: bool): v128 {
  const zero = c(0);
  if (kind == RELU) return f32x4.pmax(x, zero);
  if (kind == LEAKY_RELU) return v128.bitselect(f32x4.mul(a, x), x, f32x4.lt(x, zero));
  if (kind == ELU) return v128.bitselect(f32x4.mul(a, expm14(f32x4.div(x, b))), x, f32x4.lt(x, zero));
  if (kind == SELU) {
    const below = f32x4.mul(c(SELU_ALPHA), expm14(x));
    return f32x4.mul(c(SELU_SCALE), v128.bitselect(below, x, f32x4.lt(x, zero)));
  }
  if (kind == GELU) return f32x4.mul(x, normal(x, again));
  if (kind == GELU_TANH) return f32x4.mul(f32x4.mul(c(0.5), x), f32x4.add(c(1), tanh4(geluInner(x))));
  if (kind == SILU) return f32x4.mul(x, logisticAgain(x, again));
  if (kind == MISH) return f32x4.mul(x, tanhSoftplus(x));
  if (kind == SOFTPLUS) {
    const s = f32x4.mul(x, a);
    return v128.bitselect(x, f32x4.div(softplus4(s), a), f32x4.gt(s, b));
  }
  if (kind == HARDTANH) return f32x4.pmin(f32x4.pmax(x, a), b);
  if (kind == HARDSWISH) {
    const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, c(3)), zero), c(6));
    const inner = f32x4.mul(f32x4.mul(x, gate), c(1.0 / 6.0));
    return v128.bitselect(x, inner, f32x4.ge(x, c(3)));
  }
  if (kind == HARDSIGMOID) return f32x4.pmin(f32x4.pmax(madd(x, c(1.0 / 6.0), c(0.5)), zero), c(1));
  if (kind == SIGMOID) return logisticAgain(x, again);
  if (kind == TANH) return tanhAgain(x, again);
  if (kind == SOFTSIGN) return f32x4.div(x, f32x4.add(c(1), f32x4.abs(x)));
  if (kind == LOG_SIGMOID) return f32x4.neg(softplus4(f32x4.neg(x)));
  return unreachable(); // an activation without a line above
}

/** dy · f′(x) of ../../activations/, from x and y = f(x). */
// @ts-ignore: decorator
@inline
export function times(kind: i32, dy: v128, x: v128, y: v128, a: v128, b: v128): v128 {
  if (kind == RELU) return v128.andnot(dy, f32x4.le(x, c(0)));
  if (kind == HARDTANH) return v128.and(dy, v128.and(f32x4.gt(x, a), f32x4.lt(x, b)));
  if (kind == HARDSIGMOID)
    return v128.and(f32x4.mul(dy, c(1.0 / 6.0)), v128.and(f32x4.gt(x, c(-3)), f32x4.lt(x, c(3))));
  if (kind == HARDSWISH) {
    const inner = v128.bitselect(c(1), madd(x, c(1.0 / 3.0), c(0.5)), f32x4.ge(x, c(3)));
    return v128.andnot(f32x4.mul(dy, inner), f32x4.le(x, c(-3)));
  }
  return f32x4.mul(dy, slope(kind, x, y, a, b));
}

/** f′(x), of those that do not cut the gradient off. */
// @ts-ignore: decorator
@inline
function slope(kind: i32, x: v128, y: v128, a: v128, b: v128): v128 {
  const zero = c(0);
  const one = c(1);
  if (kind == LEAKY_RELU) return v128.bitselect(one, a, f32x4.gt(x, zero));
  if (kind == ELU) return v128.bitselect(one, f32x4.div(f32x4.add(y, a), b), f32x4.gt(x, zero));
  if (kind == SELU)
    return v128.bitselect(c(SELU_SCALE), f32x4.add(y, c(SELU_SCALE * SELU_ALPHA)), f32x4.gt(x, zero));
  if (kind == GELU) {
    const bell = exp4(f32x4.mul(f32x4.mul(x, v128.load32_splat(GAUSS, 8)), x));
    return madd(f32x4.mul(x, v128.load32_splat(GAUSS, 12)), bell, normal(x, false));
  }
  if (kind == GELU_TANH) {
    const t = tanh4(geluInner(x));
    const inner = f32x4.mul(c(SQRT_2_PI), madd(c(3 * 0.044715), f32x4.mul(x, x), one));
    const left = f32x4.mul(c(0.5), f32x4.add(one, t));
    const right = f32x4.mul(f32x4.mul(c(0.5), x), f32x4.mul(f32x4.sub(one, f32x4.mul(t, t)), inner));
    return f32x4.add(left, right);
  }
  if (kind == SILU) {
    const s = logistic4(x);
    return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
  }
  if (kind == MISH) {
    const t = tanhSoftplus(x);
    return madd(f32x4.mul(x, f32x4.sub(one, f32x4.mul(t, t))), logistic4(x), t);
  }
  if (kind == SOFTPLUS) {
    const s = f32x4.mul(x, a);
    return v128.bitselect(one, logistic4(s), f32x4.gt(s, b));
  }
  if (kind == SIGMOID) return f32x4.mul(y, f32x4.sub(one, y));
  if (kind == TANH) return f32x4.sub(one, f32x4.mul(y, y));
  if (kind == SOFTSIGN) {
    const d = f32x4.add(one, f32x4.abs(x));
    return f32x4.div(one, f32x4.mul(d, d));
  }
  if (kind == LOG_SIGMOID) return logistic4(f32x4.neg(x));
  return unreachable(); // likewise
}

/** Whether the registers hold all that a function needs of two vectors of eight at a time. */
// @ts-ignore: decorator
@inline
function hasRoom(kind: i32): bool {
  return (
    kind != ELU &&
    kind != SELU &&
    kind != GELU_TANH &&
    kind != MISH &&
    kind != SOFTPLUS &&
    kind != LOG_SIGMOID
  );
}

/** y = f(x) of n elements; x may be y. */
// @ts-ignore: decorator
@inline
export function mapAll(kind: i32, n: i32, x: usize, y: usize, alpha: f64, beta: f64): void {
  const a = c(<f32>alpha),
    b = c(<f32>beta);
  const start = x;
  if (LANES == 8 && hasRoom(kind)) {
    // Two at a time share what is loaded for both.
    for (const fours = start + ((<usize>(n & ~15)) << 2); x < fours; x += 64, y += 64) {
      const x0 = value(kind, v128.load(x), a, b, false),
        x1 = value(kind, v128.load(x, 16), a, b, false);
      const x2 = value(kind, v128.load(x, 32), a, b, true),
        x3 = value(kind, v128.load(x, 48), a, b, true);
      v128.store(y, x0);
      v128.store(y, x1, 16);
      v128.store(y, x2, 32);
      v128.store(y, x3, 48);
    }
  }
  for (const pairs = start + ((<usize>(n & ~7)) << 2); x < pairs; x += 32, y += 32) {
    const low = value(kind, v128.load(x), a, b, false),
      high = value(kind, v128.load(x, 16), a, b, false);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  if (n & 4) {
    v128.store(y, value(kind, v128.load(x), a, b, false));
    x += 16;
    y += 16;
  }
  if (n & 3) storeLanes(y, value(kind, loadLanes(x, n & 3, 1), a, b, false), n & 3);
}

/** Whether `times` looks at y. What it does not look at is not loaded: no compiler may leave a load out. */
// @ts-ignore: decorator
@inline
function looksAtY(kind: i32): bool {
  return kind == ELU || kind == SELU || kind == SIGMOID || kind == TANH;
}

/** Whether it looks at x. */
// @ts-ignore: decorator
@inline
function looksAtX(kind: i32): bool {
  return kind != SIGMOID && kind != TANH;
}

/** dx = dy · f′(x) of n elements; dx may be dy. */
// @ts-ignore: decorator
@inline
export function slopeAll(
  kind: i32,
  n: i32,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  alpha: f64,
  beta: f64,
): void {
  const a = c(<f32>alpha),
    b = c(<f32>beta);
  const nothing = c(0);
  for (const pairs = x + ((<usize>(n & ~7)) << 2); x < pairs; x += 32, y += 32, dy += 32, dx += 32) {
    const x0 = looksAtX(kind) ? v128.load(x) : nothing,
      x1 = looksAtX(kind) ? v128.load(x, 16) : nothing;
    const y0 = looksAtY(kind) ? v128.load(y) : nothing,
      y1 = looksAtY(kind) ? v128.load(y, 16) : nothing;
    const low = times(kind, v128.load(dy), x0, y0, a, b),
      high = times(kind, v128.load(dy, 16), x1, y1, a, b);
    v128.store(dx, low);
    v128.store(dx, high, 16);
  }
  if (n & 4) {
    v128.store(dx, times(kind, v128.load(dy), v128.load(x), v128.load(y), a, b));
    x += 16;
    y += 16;
    dy += 16;
    dx += 16;
  }
  const left = n & 3;
  if (left) {
    storeLanes(
      dx,
      times(kind, loadLanes(dy, left, 0), loadLanes(x, left, 1), loadLanes(y, left, 0), a, b),
      left,
    );
  }
}
