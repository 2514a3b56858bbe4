import { sumPair, widen } from "../simd/lanes";
import { f32At } from "../simd/memory";

// @ts-ignore: decorator
@inline
function value(x: v128, slope: v128): v128 {
  return v128.bitselect(f32x4.mul(slope, x), x, f32x4.lt(x, f32x4.splat(0)));
}

/** Elements with one slope. */
function segment(n: i32, x: usize, y: usize, slope: f32): void {
  const slopes = f32x4.splat(slope);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16, y += 16) v128.store(y, value(v128.load(x), slopes));
  for (; i < n; i++, x += 4, y += 4) {
    const v = f32.load(x);
    f32.store(y, v < 0 ? slope * v : v);
  }
}

/** See `elementwiseKernels.prelu`. */
export function prelu(
  outer: i32,
  channels: i32,
  inner: i32,
  xAt: i32,
  yAt: i32,
  slopesAt: i32,
  shared: i32,
): void {
  let x = f32At(xAt),
    y = f32At(yAt);
  const slopes = f32At(slopesAt);
  if (shared) {
    segment(outer * channels * inner, x, y, f32.load(slopes));
    return;
  }
  const step = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      row(channels, x, y, slopes);
      x += (<usize>channels) << 2;
      y += (<usize>channels) << 2;
    } else {
      for (let c = 0; c < channels; c++, x += step, y += step)
        segment(inner, x, y, f32.load(slopes + ((<usize>c) << 2)));
    }
  }
}

/** Elements with a slope each. */
function row(n: i32, x: usize, y: usize, slopes: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16, y += 16, slopes += 16)
    v128.store(y, value(v128.load(x), v128.load(slopes)));
  for (; i < n; i++, x += 4, y += 4, slopes += 4) {
    const v = f32.load(x);
    f32.store(y, v < 0 ? f32.load(slopes) * v : v);
  }
}

/** dx of n elements with one slope; gives Σ dy·x of those that are not above 0. */
function segmentGrad(n: i32, x: usize, dy: usize, dx: usize, slope: f32): f64 {
  const slopes = f32x4.splat(slope),
    one = f32x4.splat(1);
  let pairs: v128 = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16, dy += 16, dx += 16) {
    const v = v128.load(x),
      g = v128.load(dy);
    const above = f32x4.gt(v, f32x4.splat(0));
    pairs = f64x2.add(pairs, widen(v128.andnot(f32x4.mul(g, v), above)));
    v128.store(dx, f32x4.mul(g, v128.bitselect(one, slopes, above)));
  }
  let sum = sumPair(pairs);
  for (; i < n; i++, x += 4, dy += 4, dx += 4) {
    const v = f32.load(x),
      g = f32.load(dy);
    if (!(v > 0)) sum += <f64>(g * v);
    f32.store(dx, v > 0 ? g : g * slope);
  }
  return sum;
}

/** See `elementwiseKernels.preluGrad`. */
export function preluGrad(
  outer: i32,
  channels: i32,
  inner: i32,
  xAt: i32,
  dyAt: i32,
  dxAt: i32,
  slopesAt: i32,
  dslopesAt: i32,
  shared: i32,
): void {
  const x = f32At(xAt),
    dy = f32At(dyAt),
    dx = f32At(dxAt);
  const slopes = f32At(slopesAt),
    dslopes = f32At(dslopesAt);
  if (shared) {
    f32.store(dslopes, <f32>segmentGrad(outer * channels * inner, x, dy, dx, f32.load(slopes)));
    return;
  }
  if (inner == 1) {
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const at = (<usize>c) << 2;
      columnsGrad(outer, channels, x + at, dy + at, dx + at, slopes + at, dslopes + at);
    }
    for (; c < channels; c++) channelGrad(c, outer, channels, 1, x, dy, dx, slopes, dslopes);
    return;
  }
  for (let c = 0; c < channels; c++) channelGrad(c, outer, channels, inner, x, dy, dx, slopes, dslopes);
}

function channelGrad(
  c: i32,
  outer: i32,
  channels: i32,
  inner: i32,
  x: usize,
  dy: usize,
  dx: usize,
  slopes: usize,
  dslopes: usize,
): void {
  const slope = f32.load(slopes + ((<usize>c) << 2));
  let sum: f64 = 0;
  for (let o = 0; o < outer; o++) {
    const at = (<usize>((o * channels + c) * inner)) << 2;
    sum += segmentGrad(inner, x + at, dy + at, dx + at, slope);
  }
  f32.store(dslopes + ((<usize>c) << 2), <f32>sum);
}

/** Four channels side by side. */
function columnsGrad(
  rows: i32,
  channels: i32,
  x: usize,
  dy: usize,
  dx: usize,
  slopes: usize,
  dslopes: usize,
): void {
  const step = (<usize>channels) << 2;
  const slope = v128.load(slopes),
    one = f32x4.splat(1);
  let low: v128 = f64x2.splat(0),
    high: v128 = low;
  for (let r = 0; r < rows; r++, x += step, dy += step, dx += step) {
    const v = v128.load(x),
      g = v128.load(dy);
    const above = f32x4.gt(v, f32x4.splat(0));
    const product = v128.andnot(f32x4.mul(g, v), above);
    low = f64x2.add(low, f64x2.promote_low_f32x4(product));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(product, product, 1, 0)));
    v128.store(dx, f32x4.mul(g, v128.bitselect(one, slope, above)));
  }
  f32.store(dslopes, <f32>f64x2.extract_lane(low, 0));
  f32.store(dslopes, <f32>f64x2.extract_lane(low, 1), 4);
  f32.store(dslopes, <f32>f64x2.extract_lane(high, 0), 8);
  f32.store(dslopes, <f32>f64x2.extract_lane(high, 1), 12);
}
