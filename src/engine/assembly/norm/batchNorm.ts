import { BatchNormDescriptor } from "../descriptors";
import {
  backColumns,
  DOTS,
  dotColumns,
  MEANS,
  scaleColumns,
  SCALES,
  SHIFTS,
  SLOPES,
  spreadColumns,
  sumColumns,
  SUMS,
} from "./channels";
import { loadLanes, storeUpTo } from "../simd/lanes";
import { f32At, scratch } from "../simd/memory";
import { backRun, dotOf, scaleRun, spreadOf, sumOf } from "./runs";

/*
 * Normalisation of channels by the batch. Where a channel has one element a sample, up to 16 channels are taken together,
 * as columns; else each on its own, as runs.
 */

// @ts-ignore: decorator
@inline
function take(at: i32, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(f32At(at)) : loadLanes(f32At(at), lanes, 0);
}

// @ts-ignore: decorator
@inline
function put(at: i32, x: v128, lanes: i32): void {
  storeUpTo(f32At(at), x, lanes);
}

/** How many channels up to `end` are taken together from c on. */
// @ts-ignore: decorator
@inline
function together(c: i32, end: i32, inner: i32): i32 {
  if (inner > 1) return 1;
  return end - c >= 16 ? 16 : min(4, end - c);
}

/** Figures for each of up to 16 channels lie in the scratch. Finds the means and sums: the mean and Σ(x − mean)² of the channels from c on. */
function moments(lanes: i32, batch: i32, channels: i32, inner: i32, c: i32, xAt: i32): void {
  const n = batch * inner;
  if (inner > 1) {
    let sum: f64 = 0,
      squares: f64 = 0;
    for (let b = 0; b < batch; b++) sum += sumOf(f32At(xAt + (b * channels + c) * inner), inner);
    const mean = <f32>(sum / <f64>n);
    for (let b = 0; b < batch; b++) squares += spreadOf(f32At(xAt + (b * channels + c) * inner), inner, mean);
    f32.store(scratch + MEANS, mean);
    f32.store(scratch + SUMS, <f32>squares);
    return;
  }
  const x = f32At(xAt + c),
    step = (<usize>channels) << 2;
  if (lanes == 16) sumColumns(4, batch, step, x, scratch + MEANS);
  else sumColumns(1, batch, step, x, scratch + MEANS);
  const count = f32x4.splat(<f32>n);
  for (let v: usize = 0; v < 64; v += 16)
    v128.store(scratch + MEANS + v, f32x4.div(v128.load(scratch + MEANS + v), count));
  if (lanes == 16) spreadColumns(4, batch, step, x, scratch);
  else spreadColumns(1, batch, step, x, scratch);
}

/** y = (x − mean) · scale + shift for the channels from c on. */
function scaleAll(lanes: i32, batch: i32, channels: i32, inner: i32, c: i32, x: i32, y: i32): void {
  const step = (<usize>channels) << 2;
  if (lanes == 16) return scaleColumns(4, 16, batch, step, f32At(x + c), f32At(y + c), scratch);
  if (inner == 1) return scaleColumns(1, lanes, batch, step, f32At(x + c), f32At(y + c), scratch);
  const mean = f32.load(scratch + MEANS),
    scale = f32.load(scratch + SCALES),
    shift = f32.load(scratch + SHIFTS);
  for (let b = 0; b < batch; b++) {
    const at = (b * channels + c) * inner;
    scaleRun(f32At(x + at), f32At(y + at), inner, mean, scale, shift);
  }
}

/** See `batchNormKernels.batchNorm`. */
export function batchNorm(
  norm: BatchNormDescriptor,
  x: i32,
  y: i32,
  bias: i32,
  runningMean: i32,
  runningVar: i32,
  momentum: f64,
  eps: f64,
  first: i32,
  many: i32,
): void {
  const batch = norm.batch,
    channels = norm.channels,
    inner = norm.inner,
    weight = norm.weight;
  const end = first + many;
  const n = <f64>(batch * inner);
  const one = f32x4.splat(1),
    count = f32x4.splat(<f32>n),
    eps4 = f32x4.splat(<f32>eps);
  const keep = f32x4.splat(<f32>(1 - momentum)),
    move = f32x4.splat(<f32>momentum),
    unbiased = f32x4.splat(<f32>(momentum / (n - 1)));
  for (let c = first; c < end;) {
    const lanes = together(c, end, inner);
    moments(lanes, batch, channels, inner, c, x);
    for (let v = 0; v < lanes; v += 4) {
      const at = c + v,
        left = lanes - v,
        place = (<usize>v) << 2;
      const mu = v128.load(scratch + MEANS + place),
        squares = v128.load(scratch + SUMS + place);
      const r = f32x4.div(one, f32x4.sqrt(f32x4.add(f32x4.div(squares, count), eps4)));
      put(norm.mean + at, mu, left);
      put(norm.rstd + at, r, left);
      if (runningMean >= 0) {
        put(
          runningMean + at,
          f32x4.add(f32x4.mul(keep, take(runningMean + at, left)), f32x4.mul(move, mu)),
          left,
        );
        put(
          runningVar + at,
          f32x4.add(f32x4.mul(keep, take(runningVar + at, left)), f32x4.mul(unbiased, squares)),
          left,
        );
      }
      v128.store(scratch + SCALES + place, weight < 0 ? r : f32x4.mul(r, take(weight + at, left)));
      v128.store(scratch + SHIFTS + place, bias < 0 ? f32x4.splat(0) : take(bias + at, left));
    }
    scaleAll(lanes, batch, channels, inner, c, x, y);
    c += lanes;
  }
}

/** See `batchNormKernels.batchNormEval`. */
export function batchNormEval(
  batch: i32,
  channels: i32,
  inner: i32,
  x: i32,
  y: i32,
  weight: i32,
  bias: i32,
  runningMean: i32,
  runningVar: i32,
  eps: f64,
): void {
  const one = f32x4.splat(1),
    eps4 = f32x4.splat(<f32>eps);
  for (let c = 0; c < channels;) {
    const lanes = together(c, channels, inner);
    for (let v = 0; v < lanes; v += 4) {
      const at = c + v,
        left = lanes - v,
        place = (<usize>v) << 2;
      v128.store(scratch + MEANS + place, take(runningMean + at, left));
      const deviation = f32x4.sqrt(f32x4.add(take(runningVar + at, left), eps4));
      v128.store(scratch + SCALES + place, f32x4.div(weight < 0 ? one : take(weight + at, left), deviation));
      v128.store(scratch + SHIFTS + place, bias < 0 ? f32x4.splat(0) : take(bias + at, left));
    }
    scaleAll(lanes, batch, channels, inner, c, x, y);
    c += lanes;
  }
}

/** Finds the sums and dots: Σdy and Σ(x − mean)·dy of the channels from c on. */
function sumsBack(lanes: i32, batch: i32, channels: i32, inner: i32, c: i32, x: i32, dy: i32): void {
  const step = (<usize>channels) << 2;
  if (lanes == 16) return dotColumns(4, batch, step, f32At(x + c), f32At(dy + c), scratch);
  if (inner == 1) return dotColumns(1, batch, step, f32At(x + c), f32At(dy + c), scratch);
  const mean = f32.load(scratch + MEANS);
  let sum: f64 = 0,
    dot: f64 = 0;
  for (let b = 0; b < batch; b++) {
    const at = (b * channels + c) * inner;
    sum += sumOf(f32At(dy + at), inner);
    dot += dotOf(f32At(x + at), f32At(dy + at), inner, mean);
  }
  f32.store(scratch + SUMS, <f32>sum);
  f32.store(scratch + DOTS, <f32>dot);
}

/** dx = dy · scale + (x − mean) · slope + shift for the channels from c on. */
function backAll(lanes: i32, batch: i32, channels: i32, inner: i32, c: i32, x: i32, dy: i32, dx: i32): void {
  const step = (<usize>channels) << 2;
  const from = f32At(x + c),
    d = f32At(dy + c),
    to = f32At(dx + c);
  if (lanes == 16) return backColumns(4, 16, batch, step, from, d, to, scratch);
  if (inner == 1) return backColumns(1, lanes, batch, step, from, d, to, scratch);
  const mean = f32.load(scratch + MEANS),
    scale = f32.load(scratch + SCALES),
    slope = f32.load(scratch + SLOPES),
    shift = f32.load(scratch + SHIFTS);
  for (let b = 0; b < batch; b++) {
    const at = (b * channels + c) * inner;
    backRun(f32At(x + at), f32At(dy + at), f32At(dx + at), inner, mean, scale, slope, shift);
  }
}

/** See `batchNormKernels.batchNormGrad`. */
export function batchNormGrad(
  norm: BatchNormDescriptor,
  x: i32,
  dy: i32,
  dx: i32,
  dweight: i32,
  dbias: i32,
  first: i32,
  many: i32,
): void {
  const batch = norm.batch,
    channels = norm.channels,
    inner = norm.inner,
    weight = norm.weight;
  const end = first + many;
  const share = f32x4.splat(<f32>(-1 / <f64>(batch * inner)));
  for (let c = first; c < end;) {
    const lanes = together(c, end, inner);
    for (let v = 0; v < lanes; v += 4)
      v128.store(scratch + MEANS + ((<usize>v) << 2), take(norm.mean + c + v, lanes - v));
    sumsBack(lanes, batch, channels, inner, c, x, dy);
    for (let v = 0; v < lanes; v += 4) {
      const at = c + v,
        left = lanes - v,
        place = (<usize>v) << 2;
      const r = take(norm.rstd + at, left),
        sum = v128.load(scratch + SUMS + place),
        dot = f32x4.mul(v128.load(scratch + DOTS + place), r);
      if (dweight >= 0) put(dweight + at, dot, left);
      if (dbias >= 0) put(dbias + at, sum, left);
      // dx = r·w·(dy − sum/n − x̂·dot/n)
      const scale = weight < 0 ? r : f32x4.mul(r, take(weight + at, left));
      v128.store(scratch + SCALES + place, scale);
      v128.store(scratch + SHIFTS + place, f32x4.mul(scale, f32x4.mul(sum, share)));
      v128.store(scratch + SLOPES + place, f32x4.mul(f32x4.mul(scale, r), f32x4.mul(dot, share)));
    }
    backAll(lanes, batch, channels, inner, c, x, dy, dx);
    c += lanes;
  }
}
