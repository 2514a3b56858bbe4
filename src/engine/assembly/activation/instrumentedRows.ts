import { ActivationDescriptor } from "../descriptors";
import { times } from "./activations";
import { HARDTANH, LEAKY_RELU, RELU, SIGMOID, TANH } from "./kinds";
import { columnSums } from "../elementwise";
import { addTwo, sumLanes } from "../simd/lanes";
import { f32At, f64At } from "../simd/memory";
import { activationGradSquares } from "./instrumented";
import { BLOCK, exactSquares, isSure, squaresOfFour } from "../statistics/squares";

/*
 * The derivative of a light activation with statistics, as in instrumented.ts, and with the sums over rows: WIDTH columns at a time,
 * which are one line after the other in vectors of their own. A multiple of as many is needed.
 */

const WIDTH: i32 = 32;

/** `vAt` is x or y, the one that the derivative looks at. */
// @ts-ignore: decorator
@inline
function slopeRows(
  kind: i32,
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  vAt: usize,
  dyAt: usize,
  dxAt: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  const a = f32x4.splat(<f32>activation.alpha),
    b = f32x4.splat(<f32>activation.beta),
    nil = f32x4.splat(0);
  const step = (<usize>n) << 2;
  let q0: v128 = nil,
    q1: v128 = nil,
    p0: v128 = nil,
    p1: v128 = nil;
  let dySquares: f64 = 0,
    dxSquares: f64 = 0;
  let sure = true;
  let since = 0; // elements since squares have been added up in double precision
  for (let j: usize = 0; j < step; j += (<usize>WIDTH) << 2) {
    let v = vAt + j,
      dy = dyAt + j,
      dx = dxAt + j;
    let s0: v128 = nil,
      s1: v128 = nil,
      s2: v128 = nil,
      s3: v128 = nil;
    let s4: v128 = nil,
      s5: v128 = nil,
      s6: v128 = nil,
      s7: v128 = nil;
    for (let i = rows; i > 0; i--, v += step, dy += step, dx += step) {
      const d0 = v128.load(dy),
        d2 = v128.load(dy, 32),
        d4 = v128.load(dy, 64),
        d6 = v128.load(dy, 96);
      const d1 = v128.load(dy, 16),
        d3 = v128.load(dy, 48),
        d5 = v128.load(dy, 80),
        d7 = v128.load(dy, 112);
      q0 = f32x4.add(q0, squaresOfFour(d0, d2, d4, d6));
      q1 = f32x4.add(q1, squaresOfFour(d1, d3, d5, d7));
      const e0 = own(kind, d0, v128.load(v), a, b),
        e1 = own(kind, d1, v128.load(v, 16), a, b);
      const e2 = own(kind, d2, v128.load(v, 32), a, b),
        e3 = own(kind, d3, v128.load(v, 48), a, b);
      const e4 = own(kind, d4, v128.load(v, 64), a, b),
        e5 = own(kind, d5, v128.load(v, 80), a, b);
      const e6 = own(kind, d6, v128.load(v, 96), a, b),
        e7 = own(kind, d7, v128.load(v, 112), a, b);
      p0 = f32x4.add(p0, squaresOfFour(e0, e2, e4, e6));
      p1 = f32x4.add(p1, squaresOfFour(e1, e3, e5, e7));
      s0 = f32x4.add(s0, e0);
      s1 = f32x4.add(s1, e1);
      s2 = f32x4.add(s2, e2);
      s3 = f32x4.add(s3, e3);
      s4 = f32x4.add(s4, e4);
      s5 = f32x4.add(s5, e5);
      s6 = f32x4.add(s6, e6);
      s7 = f32x4.add(s7, e7);
      v128.store(dx, e0);
      v128.store(dx, e1, 16);
      v128.store(dx, e2, 32);
      v128.store(dx, e3, 48);
      v128.store(dx, e4, 64);
      v128.store(dx, e5, 80);
      v128.store(dx, e6, 96);
      v128.store(dx, e7, 112);
    }
    const to = out + j;
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    v128.store(to, s4, 64);
    v128.store(to, s5, 80);
    v128.store(to, s6, 96);
    v128.store(to, s7, 112);
    since += WIDTH * rows;
    if (since + WIDTH * rows > BLOCK || j + ((<usize>WIDTH) << 2) == step) {
      const q = <f32>sumLanes(addTwo(q0, q1)),
        p = <f32>sumLanes(addTwo(p0, p1));
      sure = sure && isSure(q) && isSure(p);
      dySquares += q;
      dxSquares += p;
      q0 = q1 = p0 = p1 = nil;
      since = 0;
    }
  }
  f64.store(dyTo, sure ? dySquares : exactSquares(dyAt, rows * n));
  f64.store(dxTo, sure ? dxSquares : exactSquares(dxAt, rows * n));
}

// @ts-ignore: decorator
@inline
function own(kind: i32, dy: v128, v: v128, a: v128, b: v128): v128 {
  return times(kind, dy, v, v, a, b);
}

// Functions of their own: of several in one, the compiler makes one that asks in its loop which it is.
function relu(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  x: usize,
  dy: usize,
  dx: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  slopeRows(RELU, activation, rows, n, x, dy, dx, dyTo, dxTo, out);
}
function leakyRelu(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  x: usize,
  dy: usize,
  dx: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  slopeRows(LEAKY_RELU, activation, rows, n, x, dy, dx, dyTo, dxTo, out);
}
function hardtanh(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  x: usize,
  dy: usize,
  dx: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  slopeRows(HARDTANH, activation, rows, n, x, dy, dx, dyTo, dxTo, out);
}
function sigmoid(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  y: usize,
  dy: usize,
  dx: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  slopeRows(SIGMOID, activation, rows, n, y, dy, dx, dyTo, dxTo, out);
}
function tanh(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  y: usize,
  dy: usize,
  dx: usize,
  dyTo: usize,
  dxTo: usize,
  out: usize,
): void {
  slopeRows(TANH, activation, rows, n, y, dy, dx, dyTo, dxTo, out);
}

/** See `instrumentedKernels.activationGradSums`. */
export function activationGradSums(
  activation: ActivationDescriptor,
  rows: i32,
  n: i32,
  x: i32,
  y: i32,
  dy: i32,
  dx: i32,
  dyOut: i32,
  dxOut: i32,
  out: i32,
): void {
  const kind = activation.kind,
    isWhole = n % WIDTH == 0;
  const xAt = f32At(x),
    yAt = f32At(y),
    dyAt = f32At(dy),
    dxAt = f32At(dx),
    sums = f32At(out);
  const dyTo = f64At(dyOut),
    dxTo = f64At(dxOut);
  if (isWhole && kind == RELU) relu(activation, rows, n, xAt, dyAt, dxAt, dyTo, dxTo, sums);
  else if (isWhole && kind == LEAKY_RELU) leakyRelu(activation, rows, n, xAt, dyAt, dxAt, dyTo, dxTo, sums);
  else if (isWhole && kind == HARDTANH) hardtanh(activation, rows, n, xAt, dyAt, dxAt, dyTo, dxTo, sums);
  else if (isWhole && kind == SIGMOID) sigmoid(activation, rows, n, yAt, dyAt, dxAt, dyTo, dxTo, sums);
  else if (isWhole && kind == TANH) tanh(activation, rows, n, yAt, dyAt, dxAt, dyTo, dxTo, sums);
  else {
    activationGradSquares(kind, rows * n, x, y, dy, dx, activation.alpha, activation.beta, dyOut, dxOut);
    columnSums(rows, n, dx, n, out, 0);
  }
}
