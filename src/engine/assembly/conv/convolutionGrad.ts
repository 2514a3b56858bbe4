import { f32At, scratch } from "../simd/memory";
import { sumOf } from "../norm/runs";
import { clearPlanes, padPlanes, inPlace, pitch, plane, planPadding, tapTable } from "./paddedInput";
import { addProducts } from "./products";
import { transposePlanes } from "./transpose";

/** Tables of distances in bytes: from a pixel to its taps, from the beginning of a block's planes to its pixels. */
let taps: usize = 0;
let pixels: usize = 0;

/**
 * `ConvKernels.conv2dGradWeight` with stride 1. For a block of `images` samples at a time dy is transposed, so that outputs lie
 * side by side; then each tap's x is multiplied with it, pixel by pixel, for a tile of taps × outputs in registers.
 */
export function directConv2dGradWeight(
  x: i32,
  dy: i32,
  dW: i32,
  dbias: i32,
  first: i32,
  count: i32,
  images: i32,
  batch: i32,
  channels: i32,
  outChannels: i32,
  groups: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  sy: i32,
  sx: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const area = outHeight * outWidth;
  if (dbias >= 0) planeSums(batch, outChannels, area, dy, first, count, dbias);
  if (dW < 0) return;
  const ins = channels / groups,
    outs = outChannels / groups,
    depth = ins * kh * kw;
  planPadding(height, width, outHeight, outWidth, kh, kw, padY, padX, dilationY, dilationX);
  const stride = (inPlace ? channels : ins) * plane;
  taps = scratch;
  pixels = tapTable(taps, ins, kh, kw, dilationY, dilationX);
  const sums = (pixelTable(images, stride, outHeight, outWidth) + 63) & ~63;
  for (let from = first; from < first + count;) {
    const group = from / outs;
    const n = min(first + count, (group + 1) * outs) - from;
    const step = (<usize>((n + 3) & ~3)) << 2;
    const transposed = sums + step * <usize>depth;
    const buffer = transposed + step * <usize>(images * area);
    memory.fill(sums, 0, step * <usize>depth);
    clearPlanes(buffer, images * ins);
    for (let b = 0; b < batch; b += images) {
      const block = min(images, batch - b);
      const source = f32At(x + (b * channels + group * ins) * height * width);
      for (let i = 0; i < block && !inPlace; i++) {
        padPlanes(
          source + ((<usize>(i * channels * height * width)) << 2),
          buffer + ((<usize>(i * stride)) << 2),
          ins,
        );
      }
      for (let i = 0; i < block; i++) {
        transposePlanes(
          n,
          area,
          f32At(dy + ((b + i) * outChannels + from) * area),
          transposed + step * <usize>(i * area),
          step,
        );
      }
      addProducts(taps, pixels, block * area, n, depth, inPlace ? source : buffer, transposed, sums, step);
    }
    unturn(n, depth, sums, step, f32At(dW + from * depth));
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

/** dW[n, depth] from the sums, whose rows of n are `step` bytes apart. */
function unturn(n: i32, depth: i32, sums: usize, step: usize, dW: usize): void {
  for (let o = 0; o < n; o++) {
    let from = sums + ((<usize>o) << 2);
    for (let k = 0; k < depth; k++, from += step, dW += 4) f32.store(dW, f32.load(from));
  }
}

/** out[first … first + count) = Σ over the samples and elements of those channels of x[batch, channels, inner]. */
export function planeSums(
  batch: i32,
  channels: i32,
  inner: i32,
  x: i32,
  first: i32,
  count: i32,
  out: i32,
): void {
  for (let c = first; c < first + count; c++) {
    let sum: f64 = 0;
    for (let b = 0; b < batch; b++) sum += sumOf(f32At(x + (b * channels + c) * inner), inner);
    f32.store(f32At(out + c), <f32>sum);
  }
}
