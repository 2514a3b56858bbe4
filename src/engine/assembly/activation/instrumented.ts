import { times, value } from "./activations";
import { activation, activationGrad } from "./kernels";
import { HARDTANH, LEAKY_RELU, RELU, SIGMOID, TANH } from "./kinds";
import { addTwo, countLanes, countsOfTwo, sumLanes } from "../simd/lanes";
import { f32At, f64At, scratch } from "../simd/memory";
import { moments, overview, settle, sumOfFour, zerosOfFour } from "../statistics/moments";
import { BLOCK, exactSquares, squaresOfFour, STRIDE, sumSquares, sureSquares } from "../statistics/squares";

/*
 * Light activations with the statistics of what they read and write in one pass, instead of three. Sums are the same, to the
 * bit, as those of the passes alone. What is read is not written over: sums that single precision gets wrong are taken anew.
 */

/** Where the sums of the last elements lie while they are added, in bytes from the scratch. */
const REST_X: usize = 0,
  REST_Y: usize = 32;

// @ts-ignore: decorator
@inline
function mapInstrumented(
  kind: i32,
  n: i32,
  xAt: i32,
  yAt: i32,
  alpha: f64,
  beta: f64,
  xTo: usize,
  yTo: usize,
): void {
  const a = f32x4.splat(<f32>alpha),
    b = f32x4.splat(<f32>beta),
    nil = f32x4.splat(0);
  const xStart = f32At(xAt),
    yStart = f32At(yAt);
  let x = xStart,
    y = yStart;
  let xSum: f64 = 0,
    xSquares: f64 = 0,
    ySum: f64 = 0,
    ySquares: f64 = 0;
  let zeros0: v128 = nil,
    zeros1: v128 = nil,
    flat0: v128 = nil,
    flat1: v128 = nil;
  let left = n;
  while (left >= STRIDE) {
    const block = min(left, BLOCK) & -STRIDE;
    const end = x + ((<usize>block) << 2);
    const xFrom = x,
      yFrom = y;
    let s0: v128 = nil,
      s1: v128 = nil,
      q0: v128 = nil,
      q1: v128 = nil;
    let t0: v128 = nil,
      t1: v128 = nil,
      p0: v128 = nil,
      p1: v128 = nil;
    for (; x < end; x += (<usize>STRIDE) << 2, y += (<usize>STRIDE) << 2) {
      const x0 = v128.load(x),
        x2 = v128.load(x, 32),
        x4 = v128.load(x, 64),
        x6 = v128.load(x, 96);
      const x1 = v128.load(x, 16),
        x3 = v128.load(x, 48),
        x5 = v128.load(x, 80),
        x7 = v128.load(x, 112);
      s0 = f32x4.add(s0, sumOfFour(x0, x2, x4, x6));
      q0 = f32x4.add(q0, squaresOfFour(x0, x2, x4, x6));
      zeros0 = i32x4.sub(zeros0, zerosOfFour(x0, x2, x4, x6, nil));
      s1 = f32x4.add(s1, sumOfFour(x1, x3, x5, x7));
      q1 = f32x4.add(q1, squaresOfFour(x1, x3, x5, x7));
      zeros1 = i32x4.sub(zeros1, zerosOfFour(x1, x3, x5, x7, nil));
      const y0 = value(kind, x0, a, b, false),
        y2 = value(kind, x2, a, b, false),
        y4 = value(kind, x4, a, b, false),
        y6 = value(kind, x6, a, b, false);
      const y1 = value(kind, x1, a, b, false),
        y3 = value(kind, x3, a, b, false),
        y5 = value(kind, x5, a, b, false),
        y7 = value(kind, x7, a, b, false);
      t0 = f32x4.add(t0, sumOfFour(y0, y2, y4, y6));
      p0 = f32x4.add(p0, squaresOfFour(y0, y2, y4, y6));
      flat0 = i32x4.sub(flat0, zerosOfFour(y0, y2, y4, y6, nil));
      t1 = f32x4.add(t1, sumOfFour(y1, y3, y5, y7));
      p1 = f32x4.add(p1, squaresOfFour(y1, y3, y5, y7));
      flat1 = i32x4.sub(flat1, zerosOfFour(y1, y3, y5, y7, nil));
      v128.store(y, y0);
      v128.store(y, y1, 16);
      v128.store(y, y2, 32);
      v128.store(y, y3, 48);
      v128.store(y, y4, 64);
      v128.store(y, y5, 80);
      v128.store(y, y6, 96);
      v128.store(y, y7, 112);
    }
    xSum += sumLanes(addTwo(s0, s1));
    xSquares += sureSquares(<f32>sumLanes(addTwo(q0, q1)), xFrom, block);
    ySum += sumLanes(addTwo(t0, t1));
    ySquares += sureSquares(<f32>sumLanes(addTwo(p0, p1)), yFrom, block);
    left -= block;
  }
  let xZeros = <f64>countLanes(countsOfTwo(zeros0, zeros1)),
    yZeros = <f64>countLanes(countsOfTwo(flat0, flat1));
  if (left > 0) {
    activation(kind, left, xAt + n - left, yAt + n - left, alpha, beta);
    const restX = scratch + REST_X,
      restY = scratch + REST_Y;
    overview(false, left, x, restX);
    overview(false, left, y, restY);
    xSum += f64.load(restX);
    xSquares += f64.load(restX, 8);
    xZeros += f64.load(restX, 16);
    ySum += f64.load(restY);
    ySquares += f64.load(restY, 8);
    yZeros += f64.load(restY, 16);
  }
  settle(n, xStart, xSum, xSquares, xZeros, xTo);
  settle(n, yStart, ySum, ySquares, yZeros, yTo);
}

/** `v` is x or y, the one that the derivative looks at. */
// @ts-ignore: decorator
@inline
function slopeInstrumented(
  kind: i32,
  n: i32,
  vAt: i32,
  dyAt: i32,
  dxAt: i32,
  alpha: f64,
  beta: f64,
  dyTo: usize,
  dxTo: usize,
): void {
  const a = f32x4.splat(<f32>alpha),
    b = f32x4.splat(<f32>beta);
  let v = f32At(vAt),
    dy = f32At(dyAt),
    dx = f32At(dxAt);
  let dySquares: f64 = 0,
    dxSquares: f64 = 0;
  let left = n;
  while (left >= STRIDE) {
    const block = min(left, BLOCK) & -STRIDE;
    const end = dy + ((<usize>block) << 2);
    const dyFrom = dy,
      dxFrom = dx;
    let q0 = f32x4.splat(0),
      q1 = q0,
      p0 = q0,
      p1 = q0;
    for (; dy < end; v += (<usize>STRIDE) << 2, dy += (<usize>STRIDE) << 2, dx += (<usize>STRIDE) << 2) {
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
      v128.store(dx, e0);
      v128.store(dx, e1, 16);
      v128.store(dx, e2, 32);
      v128.store(dx, e3, 48);
      v128.store(dx, e4, 64);
      v128.store(dx, e5, 80);
      v128.store(dx, e6, 96);
      v128.store(dx, e7, 112);
    }
    dySquares += sureSquares(<f32>sumLanes(addTwo(q0, q1)), dyFrom, block);
    dxSquares += sureSquares(<f32>sumLanes(addTwo(p0, p1)), dxFrom, block);
    left -= block;
  }
  if (left > 0) {
    const done = n - left;
    activationGrad(kind, left, vAt + done, vAt + done, dyAt + done, dxAt + done, alpha, beta);
    dySquares += exactSquares(dy, left);
    dxSquares += exactSquares(dx, left);
  }
  f64.store(dyTo, dySquares);
  f64.store(dxTo, dxSquares);
}

// @ts-ignore: decorator
@inline
function own(kind: i32, dy: v128, v: v128, a: v128, b: v128): v128 {
  return times(kind, dy, v, v, a, b);
}

// Functions of their own: of several in one, the compiler makes one that asks in its loop which it is.
function relu(n: i32, x: i32, y: i32, xTo: usize, yTo: usize): void {
  mapInstrumented(RELU, n, x, y, 0, 0, xTo, yTo);
}
function leakyRelu(n: i32, x: i32, y: i32, a: f64, b: f64, xTo: usize, yTo: usize): void {
  mapInstrumented(LEAKY_RELU, n, x, y, a, b, xTo, yTo);
}
function hardtanh(n: i32, x: i32, y: i32, a: f64, b: f64, xTo: usize, yTo: usize): void {
  mapInstrumented(HARDTANH, n, x, y, a, b, xTo, yTo);
}
function reluGrad(n: i32, x: i32, dy: i32, dx: i32, dyTo: usize, dxTo: usize): void {
  slopeInstrumented(RELU, n, x, dy, dx, 0, 0, dyTo, dxTo);
}
function leakyReluGrad(n: i32, x: i32, dy: i32, dx: i32, a: f64, b: f64, dyTo: usize, dxTo: usize): void {
  slopeInstrumented(LEAKY_RELU, n, x, dy, dx, a, b, dyTo, dxTo);
}
function hardtanhGrad(n: i32, x: i32, dy: i32, dx: i32, a: f64, b: f64, dyTo: usize, dxTo: usize): void {
  slopeInstrumented(HARDTANH, n, x, dy, dx, a, b, dyTo, dxTo);
}
function sigmoidGrad(n: i32, y: i32, dy: i32, dx: i32, dyTo: usize, dxTo: usize): void {
  slopeInstrumented(SIGMOID, n, y, dy, dx, 0, 0, dyTo, dxTo);
}
function tanhGrad(n: i32, y: i32, dy: i32, dx: i32, dyTo: usize, dxTo: usize): void {
  slopeInstrumented(TANH, n, y, dy, dx, 0, 0, dyTo, dxTo);
}

/** See `instrumentedKernels.activationMoments`. */
export function activationMoments(
  kind: i32,
  n: i32,
  x: i32,
  y: i32,
  alpha: f64,
  beta: f64,
  xOut: i32,
  yOut: i32,
): void {
  const xTo = f64At(xOut),
    yTo = f64At(yOut);
  if (kind == RELU) relu(n, x, y, xTo, yTo);
  else if (kind == LEAKY_RELU) leakyRelu(n, x, y, alpha, beta, xTo, yTo);
  else if (kind == HARDTANH) hardtanh(n, x, y, alpha, beta, xTo, yTo);
  else {
    moments(n, x, xOut);
    activation(kind, n, x, y, alpha, beta);
    moments(n, y, yOut);
  }
}

/** See `instrumentedKernels.activationGradSquares`. */
export function activationGradSquares(
  kind: i32,
  n: i32,
  x: i32,
  y: i32,
  dy: i32,
  dx: i32,
  alpha: f64,
  beta: f64,
  dyOut: i32,
  dxOut: i32,
): void {
  const dyTo = f64At(dyOut),
    dxTo = f64At(dxOut);
  if (kind == RELU) reluGrad(n, x, dy, dx, dyTo, dxTo);
  else if (kind == LEAKY_RELU) leakyReluGrad(n, x, dy, dx, alpha, beta, dyTo, dxTo);
  else if (kind == HARDTANH) hardtanhGrad(n, x, dy, dx, alpha, beta, dyTo, dxTo);
  else if (kind == SIGMOID) sigmoidGrad(n, y, dy, dx, dyTo, dxTo);
  else if (kind == TANH) tanhGrad(n, y, dy, dx, dyTo, dxTo);
  else {
    sumSquares(n, dy, dyOut);
    activationGrad(kind, n, x, y, dy, dx, alpha, beta);
    sumSquares(n, dx, dxOut);
  }
}
