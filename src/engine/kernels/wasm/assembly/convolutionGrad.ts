import { f32At, madd, scratch } from "./memory";
import { sumOf } from "./runs";
import { clearPlanes, fillPlanes, inPlace, pitch, plane, planPlanes, tapTable } from "./planes";
import { turnRows } from "./turn";

/** Taps of a tile: 6 × 8 with FMA; without it a product needs one more register. */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Pixels whose products are summed up in registers at a time. */
const RUN: i32 = 512;

/** Tables of distances in bytes: from a pixel to its taps, from the beginning of a block's planes to its pixels. */
let taps: usize = 0;
let pixels: usize = 0;

/**
 * `ConvKernels.conv2dGradWeight` with stride 1. For a block of `images` samples at a time dy is turned, so that outputs lie
 * side by side; then each tap's x is multiplied with it, pixel by pixel, for a tile of taps × 8 outputs in registers.
 */
export function directConv2dGradWeight(x: i32, dy: i32, dW: i32, dbias: i32, first: i32, count: i32, images: i32, batch: i32, channels: i32, outChannels: i32, groups: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, kh: i32, kw: i32, sy: i32, sx: i32, padY: i32, padX: i32, dilationY: i32, dilationX: i32): void {
  const area = outHeight * outWidth;
  if (dbias >= 0) planeSums(batch, outChannels, area, dy, first, count, dbias);
  if (dW < 0) return;
  const ins = channels / groups, outs = outChannels / groups, depth = ins * kh * kw;
  planPlanes(height, width, outHeight, outWidth, kh, kw, padY, padX, dilationY, dilationX);
  const stride = (inPlace ? channels : ins) * plane;
  taps = scratch;
  pixels = tapTable(taps, ins, kh, kw, dilationY, dilationX);
  const sums = (pixelTable(images, stride, outHeight, outWidth) + 63) & ~63;
  for (let from = first; from < first + count; ) {
    const group = from / outs;
    const n = min(first + count, (group + 1) * outs) - from;
    const lanes = (n + 3) & ~3;
    const turned = sums + ((<usize>(depth * lanes)) << 2);
    const buffer = turned + ((<usize>(images * area * lanes)) << 2);
    memory.fill(sums, 0, (<usize>(depth * lanes)) << 2);
    clearPlanes(buffer, images * ins);
    for (let b = 0; b < batch; b += images) {
      const block = min(images, batch - b);
      const source = f32At(x + (b * channels + group * ins) * height * width);
      for (let i = 0; i < block && !inPlace; i++) {
        fillPlanes(source + ((<usize>(i * channels * height * width)) << 2), buffer + ((<usize>(i * stride)) << 2), ins);
      }
      turnBlock(block, n, area, f32At(dy + (b * outChannels + from) * area), outChannels * area, turned);
      addBlock(block * area, n, depth, inPlace ? source : buffer, turned, sums);
    }
    unturn(n, depth, sums, f32At(dW + from * depth));
    from += n;
  }
}

/** Writes the table of all pixels of a block whose samples are `stride` elements apart. Returns where it ends. */
function pixelTable(images: i32, stride: i32, outHeight: i32, outWidth: i32): usize {
  let to = pixels;
  for (let i = 0; i < images; i++) {
    for (let r = 0; r < outHeight; r++) {
      for (let c = 0; c < outWidth; c++, to += 4) i32.store(to, (i * stride + r * pitch + c) << 2);
    }
  }
  return to;
}

/** Outputs of a panel that lie side by side: 8, of what is left over 4 or 8. */
// @ts-ignore: decorator
@inline
function panelOf(left: i32): i32 {
  return left > 4 ? 8 : 4;
}

/** The n planes of each sample of a block, as panels: for each pixel 8 outputs side by side. */
function turnBlock(images: i32, n: i32, area: i32, dy: usize, sample: i32, to: usize): void {
  for (let o = 0; o < n; o += 8) {
    const width = panelOf(n - o), step = (<usize>width) << 2;
    for (let i = 0; i < images; i++) {
      for (let half = 0; half < width; half += 4) {
        const from = dy + ((<usize>(i * sample + (o + half) * area)) << 2);
        turnRows(min(4, n - o - half), area, from, (<usize>area) << 2, to + ((<usize>half) << 2), step);
      }
      to += step * <usize>area;
    }
  }
}

/**
 * Adds a block's products to the sums, which lie in panels as well: for each tap 8 outputs side by side. So many pixels are
 * summed up in registers that what is left to do for a tile costs little, and so few that sums lose no digits.
 */
function addBlock(count: i32, n: i32, depth: i32, planes: usize, dy: usize, sums: usize): void {
  for (let o = 0; o < n; o += 8) {
    const width = panelOf(n - o);
    for (let from = 0; from < count; from += RUN) {
      const at = pixels + ((<usize>from) << 2);
      const end = at + ((<usize>min(RUN, count - from)) << 2);
      const turned = dy + ((<usize>(from * width)) << 2);
      if (width > 4) addWide(depth, at, end, planes, turned, sums);
      else addNarrow(depth, at, end, planes, turned, sums);
    }
    dy += (<usize>(width * count)) << 2;
    sums += (<usize>(width * depth)) << 2;
  }
}

// The two that are compiled.
function addWide(depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  addPanel(8, depth, from, to, planes, dy, sums);
}
function addNarrow(depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  addPanel(4, depth, from, to, planes, dy, sums);
}

/** All taps of one panel, divided among tiles as evenly as can be. */
// @ts-ignore: decorator
@inline
function addPanel(width: i32, depth: i32, from: usize, to: usize, planes: usize, dy: usize, sums: usize): void {
  const tiles = (depth + ROWS - 1) / ROWS;
  const size = depth / tiles, larger = depth % tiles;
  for (let t = 0, at = taps; t < tiles; t++) {
    const rows = size + (t < larger ? 1 : 0);
    switch (rows) {
      case 6:
        tile(6, width, from, to, planes, at, dy, sums);
        break;
      case 5:
        tile(5, width, from, to, planes, at, dy, sums);
        break;
      case 4:
        tile(4, width, from, to, planes, at, dy, sums);
        break;
      case 3:
        tile(3, width, from, to, planes, at, dy, sums);
        break;
      case 2:
        tile(2, width, from, to, planes, at, dy, sums);
        break;
      default:
        tile(1, width, from, to, planes, at, dy, sums);
    }
    at += (<usize>rows) << 2;
    sums += (<usize>(rows * width)) << 2;
  }
}

/** A tile: the `rows` taps from `tap` on, for `width` outputs, over the pixels whose places are from `from` on. */
// @ts-ignore: decorator
@inline
function tile(rows: i32, width: i32, from: usize, end: usize, planes: usize, tap: usize, dy: usize, sums: usize): void {
  let c00: v128 = f32x4.splat(0), c01: v128 = c00, c10: v128 = c00, c11: v128 = c00, c20: v128 = c00, c21: v128 = c00;
  let c30: v128 = c00, c31: v128 = c00, c40: v128 = c00, c41: v128 = c00, c50: v128 = c00, c51: v128 = c00;
  const a0 = planes + <usize>i32.load(tap);
  const a1 = rows > 1 ? planes + <usize>i32.load(tap, 4) : 0, a2 = rows > 2 ? planes + <usize>i32.load(tap, 8) : 0;
  const a3 = rows > 3 ? planes + <usize>i32.load(tap, 12) : 0, a4 = rows > 4 ? planes + <usize>i32.load(tap, 16) : 0;
  const a5 = rows > 5 ? planes + <usize>i32.load(tap, 20) : 0;
  for (let p = from; p < end; p += 4) {
    const at = <usize>i32.load(p);
    const b0 = v128.load(dy);
    const b1 = width > 4 ? v128.load(dy, 16) : b0;
    let x = v128.load32_splat(a0 + at);
    c00 = madd(x, b0, c00);
    if (width > 4) c01 = madd(x, b1, c01);
    if (rows > 1) {
      x = v128.load32_splat(a1 + at);
      c10 = madd(x, b0, c10);
      if (width > 4) c11 = madd(x, b1, c11);
    }
    if (rows > 2) {
      x = v128.load32_splat(a2 + at);
      c20 = madd(x, b0, c20);
      if (width > 4) c21 = madd(x, b1, c21);
    }
    if (rows > 3) {
      x = v128.load32_splat(a3 + at);
      c30 = madd(x, b0, c30);
      if (width > 4) c31 = madd(x, b1, c31);
    }
    if (rows > 4) {
      x = v128.load32_splat(a4 + at);
      c40 = madd(x, b0, c40);
      if (width > 4) c41 = madd(x, b1, c41);
    }
    if (rows > 5) {
      x = v128.load32_splat(a5 + at);
      c50 = madd(x, b0, c50);
      if (width > 4) c51 = madd(x, b1, c51);
    }
    dy += <usize>width << 2;
  }
  const step = (<usize>width) << 2;
  addRow(width, sums, c00, c01);
  if (rows > 1) addRow(width, sums + step, c10, c11);
  if (rows > 2) addRow(width, sums + step * 2, c20, c21);
  if (rows > 3) addRow(width, sums + step * 3, c30, c31);
  if (rows > 4) addRow(width, sums + step * 4, c40, c41);
  if (rows > 5) addRow(width, sums + step * 5, c50, c51);
}

// @ts-ignore: decorator
@inline
function addRow(width: i32, to: usize, low: v128, high: v128): void {
  v128.store(to, f32x4.add(v128.load(to), low));
  if (width > 4) v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}

/** dW[n, depth] from the sums in panels. */
function unturn(n: i32, depth: i32, sums: usize, dW: usize): void {
  for (let o = 0; o < n; o++) {
    const left = n - (o & ~7);
    const step = (<usize>panelOf(left)) << 2;
    let from = sums + ((<usize>((o & ~7) * depth + (o & 7))) << 2);
    for (let k = 0; k < depth; k++, from += step, dW += 4) f32.store(dW, f32.load(from));
  }
}

/** out[first … first + count) = Σ over the samples and elements of those channels of x[batch, channels, inner]. */
export function planeSums(batch: i32, channels: i32, inner: i32, x: i32, first: i32, count: i32, out: i32): void {
  for (let c = first; c < first + count; c++) {
    let sum: f64 = 0;
    for (let b = 0; b < batch; b++) sum += sumOf(f32At(x + (b * channels + c) * inner), inner);
    f32.store(f32At(out + c), <f32>sum);
  }
}
