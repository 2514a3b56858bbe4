import { loadLanes, storeLanes, sumLanes } from "./lanes";
import { f32At, madd } from "./memory";

/*
 * Normalisation where the channels lie side by side (vectors): channels of batch norm run across the lanes. Planes of
 * more than one element a channel take the runs along each plane instead. Sums are kept in single precision over a run of
 * 256 elements and in double beyond.
 */

const RUN: i32 = 256;

// @ts-ignore: decorator
@inline
function c4(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function element(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2);
}

/** Σx of a run of n elements. */
export function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const end = min(i + RUN, n & ~3);
    let s = c4(0);
    for (; i < end; i += 4) s = f32x4.add(s, v128.load(element(x, i)));
    total += sumLanes(s);
  }
  for (; i < n; i++) total += <f64>f32.load(element(x, i));
  return total;
}

/** Σ(x − mean)² of a run of n elements. */
function spreadOf(x: usize, n: i32, mean: f64): f64 {
  const mu = c4(<f32>mean);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const end = min(i + RUN, n & ~3);
    let s = c4(0);
    for (; i < end; i += 4) {
      const d = f32x4.sub(v128.load(element(x, i)), mu);
      s = madd(d, d, s);
    }
    total += sumLanes(s);
  }
  for (; i < n; i++) {
    const d = <f64>f32.load(element(x, i)) - mean;
    total += d * d;
  }
  return total;
}

/** y = (x − mean) · scale + shift over a run of n elements. */
function scaleRun(x: usize, y: usize, n: i32, mean: f32, scale: f32, shift: f32): void {
  const mu = c4(mean), k = c4(scale), b = c4(shift);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(element(y, i), madd(f32x4.sub(v128.load(element(x, i)), mu), k, b));
  }
  for (; i < n; i++) f32.store(element(y, i), (f32.load(element(x, i)) - mean) * scale + shift);
}

/** Moves the running averages of a channel. */
// @ts-ignore: decorator
@inline
function track(runningMean: i32, runningVar: i32, c: i32, momentum: f64, mean: f64, squares: f64, n: i32): void {
  const m = f32At(runningMean + c), v = f32At(runningVar + c);
  f32.store(m, <f32>((1 - momentum) * <f64>f32.load(m) + momentum * mean));
  f32.store(v, <f32>((1 - momentum) * <f64>f32.load(v) + (momentum * squares) / <f64>(n - 1)));
}

/** See `NormKernels.batchNorm`. */
export function batchNorm(batch: i32, channels: i32, inner: i32, x: i32, y: i32, weight: i32, bias: i32, mean: i32, rstd: i32, runningMean: i32, runningVar: i32, momentum: f64, eps: f64): void {
  if (inner == 1) {
    for (let c = 0; c < channels; c += 4) {
      normColumns(batch, channels, min(4, channels - c), c, x, y, weight, bias, mean, rstd, runningMean, runningVar, momentum, eps);
    }
    return;
  }
  const n = batch * inner;
  for (let c = 0; c < channels; c++) {
    let sum: f64 = 0;
    for (let b = 0; b < batch; b++) sum += sumOf(f32At(x + (b * channels + c) * inner), inner);
    const mu = sum / <f64>n;
    let squares: f64 = 0;
    for (let b = 0; b < batch; b++) squares += spreadOf(f32At(x + (b * channels + c) * inner), inner, mu);
    const r = 1 / sqrt<f64>(squares / <f64>n + eps);
    f32.store(f32At(mean + c), <f32>mu);
    f32.store(f32At(rstd + c), <f32>r);
    if (runningMean >= 0) track(runningMean, runningVar, c, momentum, mu, squares, n);
    const scale = <f32>(weight < 0 ? r : r * <f64>f32.load(f32At(weight + c)));
    const shift: f32 = bias < 0 ? 0 : f32.load(f32At(bias + c));
    for (let b = 0; b < batch; b++) {
      const at = (b * channels + c) * inner;
      scaleRun(f32At(x + at), f32At(y + at), inner, <f32>mu, scale, shift);
    }
  }
}

/** Up to four channels that lie side by side. */
function normColumns(batch: i32, channels: i32, lanes: i32, c: i32, x: i32, y: i32, weight: i32, bias: i32, mean: i32, rstd: i32, runningMean: i32, runningVar: i32, momentum: f64, eps: f64): void {
  const whole = lanes == 4;
  const step = (<usize>channels) << 2;
  let at = f32At(x + c);
  let sum = c4(0);
  for (let b = 0; b < batch; b++, at += step) sum = f32x4.add(sum, whole ? v128.load(at) : loadLanes(at, lanes, 0));
  const mu = f32x4.div(sum, c4(<f32>batch));
  at = f32At(x + c);
  let squares = c4(0);
  for (let b = 0; b < batch; b++, at += step) {
    const d = f32x4.sub(whole ? v128.load(at) : loadLanes(at, lanes, 0), mu);
    squares = madd(d, d, squares);
  }
  const r = f32x4.div(c4(1), f32x4.sqrt(f32x4.add(f32x4.div(squares, c4(<f32>batch)), c4(<f32>eps))));
  put(mean + c, mu, lanes);
  put(rstd + c, r, lanes);
  if (runningMean >= 0) {
    const keep = c4(<f32>(1 - momentum));
    const unbiased = c4(<f32>(momentum / <f64>(batch - 1)));
    put(runningMean + c, madd(keep, take(runningMean + c, lanes), f32x4.mul(c4(<f32>momentum), mu)), lanes);
    put(runningVar + c, madd(keep, take(runningVar + c, lanes), f32x4.mul(unbiased, squares)), lanes);
  }
  const scale = weight < 0 ? r : f32x4.mul(r, take(weight + c, lanes));
  const shift = bias < 0 ? c4(0) : take(bias + c, lanes);
  at = f32At(x + c);
  let to = f32At(y + c);
  for (let b = 0; b < batch; b++, at += step, to += step) {
    const value = madd(f32x4.sub(whole ? v128.load(at) : loadLanes(at, lanes, 0), mu), scale, shift);
    if (whole) v128.store(to, value);
    else storeLanes(to, value, lanes);
  }
}

// @ts-ignore: decorator
@inline
function take(at: i32, lanes: i32): v128 {
  return lanes == 4 ? v128.load(f32At(at)) : loadLanes(f32At(at), lanes, 0);
}

// @ts-ignore: decorator
@inline
function put(at: i32, x: v128, lanes: i32): void {
  if (lanes == 4) v128.store(f32At(at), x);
  else storeLanes(f32At(at), x, lanes);
}

/** See `NormKernels.batchNormGrad`. */
export function batchNormGrad(batch: i32, channels: i32, inner: i32, x: i32, dy: i32, weight: i32, mean: i32, rstd: i32, dx: i32, dweight: i32, dbias: i32): void {
  if (inner == 1) {
    for (let c = 0; c < channels; c += 4) {
      gradColumns(batch, channels, min(4, channels - c), c, x, dy, weight, mean, rstd, dx, dweight, dbias);
    }
    return;
  }
  const n = <f64>(batch * inner);
  for (let c = 0; c < channels; c++) {
    const mu = f32.load(f32At(mean + c)), r = f32.load(f32At(rstd + c));
    let sum: f64 = 0, dot: f64 = 0;
    for (let b = 0; b < batch; b++) {
      const at = (b * channels + c) * inner;
      sum += sumOf(f32At(dy + at), inner);
      dot += centredDot(f32At(dy + at), f32At(x + at), inner, mu);
    }
    dot *= <f64>r;
    if (dweight >= 0) f32.store(f32At(dweight + c), <f32>dot);
    if (dbias >= 0) f32.store(f32At(dbias + c), <f32>sum);
    const scale: f32 = weight < 0 ? r : r * f32.load(f32At(weight + c));
    for (let b = 0; b < batch; b++) {
      const at = (b * channels + c) * inner;
      gradRun(f32At(x + at), f32At(dy + at), f32At(dx + at), inner, mu, scale, <f32>(sum / n), <f32>((dot * <f64>r) / n));
    }
  }
}

/** Σ dy·(x − mean) of a run. */
function centredDot(dy: usize, x: usize, n: i32, mean: f32): f64 {
  const mu = c4(mean);
  let total: f64 = 0;
  let i = 0;
  while (i + 4 <= n) {
    const end = min(i + RUN, n & ~3);
    let s = c4(0);
    for (; i < end; i += 4) s = madd(v128.load(element(dy, i)), f32x4.sub(v128.load(element(x, i)), mu), s);
    total += sumLanes(s);
  }
  for (; i < n; i++) total += <f64>f32.load(element(dy, i)) * <f64>(f32.load(element(x, i)) - mean);
  return total;
}

/** dx = scale · (dy − a − (x − mean) · b) over a run. */
function gradRun(x: usize, dy: usize, dx: usize, n: i32, mean: f32, scale: f32, a: f32, b: f32): void {
  const mu = c4(mean), k = c4(scale), a4 = c4(a), b4 = c4(b);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const centred = f32x4.sub(v128.load(element(x, i)), mu);
    const rest = f32x4.sub(f32x4.sub(v128.load(element(dy, i)), a4), f32x4.mul(centred, b4));
    v128.store(element(dx, i), f32x4.mul(k, rest));
  }
  for (; i < n; i++) {
    f32.store(element(dx, i), scale * (f32.load(element(dy, i)) - a - (f32.load(element(x, i)) - mean) * b));
  }
}

function gradColumns(batch: i32, channels: i32, lanes: i32, c: i32, x: i32, dy: i32, weight: i32, mean: i32, rstd: i32, dx: i32, dweight: i32, dbias: i32): void {
  const whole = lanes == 4;
  const step = (<usize>channels) << 2;
  const mu = take(mean + c, lanes), r = take(rstd + c, lanes);
  let from = f32At(x + c), d = f32At(dy + c);
  let sum = c4(0), dot = c4(0);
  for (let b = 0; b < batch; b++, from += step, d += step) {
    const g = whole ? v128.load(d) : loadLanes(d, lanes, 0);
    sum = f32x4.add(sum, g);
    dot = madd(g, f32x4.sub(whole ? v128.load(from) : loadLanes(from, lanes, 0), mu), dot);
  }
  dot = f32x4.mul(dot, r);
  if (dweight >= 0) put(dweight + c, dot, lanes);
  if (dbias >= 0) put(dbias + c, sum, lanes);
  const scale = weight < 0 ? r : f32x4.mul(r, take(weight + c, lanes));
  const n = c4(<f32>batch);
  const a = f32x4.div(sum, n), k = f32x4.div(f32x4.mul(dot, r), n);
  from = f32At(x + c);
  d = f32At(dy + c);
  let to = f32At(dx + c);
  for (let b = 0; b < batch; b++, from += step, d += step, to += step) {
    const centred = f32x4.sub(whole ? v128.load(from) : loadLanes(from, lanes, 0), mu);
    const g = whole ? v128.load(d) : loadLanes(d, lanes, 0);
    const value = f32x4.mul(scale, f32x4.sub(f32x4.sub(g, a), f32x4.mul(centred, k)));
    if (whole) v128.store(to, value);
    else storeLanes(to, value, lanes);
  }
}

/** See `NormKernels.groupNorm`. */
export function groupNorm(batch: i32, groups: i32, channels: i32, inner: i32, x: i32, y: i32, weight: i32, bias: i32, mean: i32, rstd: i32, eps: f64): void {
  const width = channels / groups;
  const n = width * inner;
  for (let g = 0; g < batch * groups; g++) {
    const from = f32At(x + g * n), to = f32At(y + g * n);
    const mu = sumOf(from, n) / <f64>n;
    const r = 1 / sqrt<f64>(spreadOf(from, n, mu) / <f64>n + eps);
    f32.store(f32At(mean + g), <f32>mu);
    f32.store(f32At(rstd + g), <f32>r);
    const first = (g % groups) * width;
    if (inner == 1) {
      affineRow(from, to, n, <f32>mu, <f32>r, weight < 0 ? 0 : f32At(weight + first), bias < 0 ? 0 : f32At(bias + first));
      continue;
    }
    for (let w = 0; w < width; w++) {
      const scale = <f32>(weight < 0 ? r : r * <f64>f32.load(f32At(weight + first + w)));
      const shift: f32 = bias < 0 ? 0 : f32.load(f32At(bias + first + w));
      scaleRun(element(from, w * inner), element(to, w * inner), inner, <f32>mu, scale, shift);
    }
  }
}

/** y = (x − mean) · rstd · w + b, with a w and b for every element (addresses; 0: none). */
function affineRow(x: usize, y: usize, n: i32, mean: f32, rstd: f32, w: usize, b: usize): void {
  const mu = c4(mean), r = c4(rstd);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let value = f32x4.mul(f32x4.sub(v128.load(element(x, i)), mu), r);
    if (w) value = f32x4.mul(value, v128.load(element(w, i)));
    if (b) value = f32x4.add(value, v128.load(element(b, i)));
    v128.store(element(y, i), value);
  }
  for (; i < n; i++) {
    let value: f32 = (f32.load(element(x, i)) - mean) * rstd;
    if (w) value *= f32.load(element(w, i));
    if (b) value += f32.load(element(b, i));
    f32.store(element(y, i), value);
  }
}

/** See `NormKernels.groupNormGrad`. */
export function groupNormGrad(batch: i32, groups: i32, channels: i32, inner: i32, x: i32, dy: i32, weight: i32, mean: i32, rstd: i32, dx: i32, dweight: i32, dbias: i32): void {
  const width = channels / groups;
  const n = width * inner;
  if (dweight >= 0) memory.fill(f32At(dweight), 0, (<usize>channels) << 2);
  if (dbias >= 0) memory.fill(f32At(dbias), 0, (<usize>channels) << 2);
  for (let g = 0; g < batch * groups; g++) {
    const mu = f32.load(f32At(mean + g)), r = f32.load(f32At(rstd + g));
    const first = (g % groups) * width;
    const from = f32At(x + g * n), d = f32At(dy + g * n), to = f32At(dx + g * n);
    if (inner == 1) {
      gradRow(from, d, to, n, mu, r, weight < 0 ? 0 : f32At(weight + first), dweight < 0 ? 0 : f32At(dweight + first), dbias < 0 ? 0 : f32At(dbias + first));
      continue;
    }
    let sum: f64 = 0, dot: f64 = 0;
    for (let w = 0; w < width; w++) {
      const scale: f64 = weight < 0 ? 1 : <f64>f32.load(f32At(weight + first + w));
      const s = sumOf(element(d, w * inner), inner);
      const t = centredDot(element(d, w * inner), element(from, w * inner), inner, mu) * <f64>r;
      if (dweight >= 0) f32.store(f32At(dweight + first + w), f32.load(f32At(dweight + first + w)) + <f32>t);
      if (dbias >= 0) f32.store(f32At(dbias + first + w), f32.load(f32At(dbias + first + w)) + <f32>s);
      sum += s * scale;
      dot += t * scale;
    }
    for (let w = 0; w < width; w++) {
      const scale: f32 = weight < 0 ? 1 : f32.load(f32At(weight + first + w));
      // r·(dy·w − sum/n − x̂·dot/n), as a multiple of dy − a − (x − μ)·b would divide by w, which may be 0
      shiftRun(element(from, w * inner), element(d, w * inner), element(to, w * inner), inner, mu, r, scale, <f32>(sum / <f64>n), <f32>((dot * <f64>r) / <f64>n));
    }
  }
}

/** dx = r · (dy · w − a − (x − mean) · b) over a run. */
function shiftRun(x: usize, dy: usize, dx: usize, n: i32, mean: f32, r: f32, w: f32, a: f32, b: f32): void {
  const mu = c4(mean), r4 = c4(r), w4 = c4(w), a4 = c4(a), b4 = c4(b);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const rest = f32x4.sub(f32x4.mul(v128.load(element(dy, i)), w4), a4);
    const centred = f32x4.sub(v128.load(element(x, i)), mu);
    v128.store(element(dx, i), f32x4.mul(r4, f32x4.sub(rest, f32x4.mul(centred, b4))));
  }
  for (; i < n; i++) {
    f32.store(element(dx, i), r * (f32.load(element(dy, i)) * w - a - (f32.load(element(x, i)) - mean) * b));
  }
}

/** The way back through one row that is a group, with a weight for every element. */
function gradRow(x: usize, dy: usize, dx: usize, n: i32, mean: f32, r: f32, w: usize, dw: usize, db: usize): void {
  const mu = c4(mean), r4 = c4(r), one = c4(1);
  let sum = c4(0), dot = c4(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = v128.load(element(dy, i));
    const hat = f32x4.mul(f32x4.sub(v128.load(element(x, i)), mu), r4);
    const product = f32x4.mul(g, hat);
    if (dw) v128.store(element(dw, i), f32x4.add(v128.load(element(dw, i)), product));
    if (db) v128.store(element(db, i), f32x4.add(v128.load(element(db, i)), g));
    const scale = w ? v128.load(element(w, i)) : one;
    sum = madd(g, scale, sum);
    dot = madd(product, scale, dot);
  }
  let s = sumLanes(sum), t = sumLanes(dot);
  for (; i < n; i++) {
    const g = f32.load(element(dy, i));
    const product: f32 = g * (f32.load(element(x, i)) - mean) * r;
    if (dw) f32.store(element(dw, i), f32.load(element(dw, i)) + product);
    if (db) f32.store(element(db, i), f32.load(element(db, i)) + g);
    const scale: f32 = w ? f32.load(element(w, i)) : 1;
    s += <f64>(g * scale);
    t += <f64>(product * scale);
  }
  const a = <f32>(s / <f64>n), b = <f32>((t * <f64>r) / <f64>n);
  const a4 = c4(a), b4 = c4(b);
  i = 0;
  for (; i + 4 <= n; i += 4) {
    const scaled = f32x4.mul(v128.load(element(dy, i)), w ? v128.load(element(w, i)) : one);
    const centred = f32x4.sub(v128.load(element(x, i)), mu);
    v128.store(element(dx, i), f32x4.mul(r4, f32x4.sub(f32x4.sub(scaled, a4), f32x4.mul(centred, b4))));
  }
  for (; i < n; i++) {
    const scale: f32 = w ? f32.load(element(w, i)) : 1;
    f32.store(element(dx, i), r * (f32.load(element(dy, i)) * scale - a - (f32.load(element(x, i)) - mean) * b));
  }
}
