import { multiplyInPlace } from "../gemm/gemm";
import { f32At, scratch } from "../simd/memory";
import { clearPlanes, padPlanes, planPadding } from "./paddedInput";
import { across, down, planTiles, transformPlanes, transformWeights, untransformPlanes } from "./transforms";

/** `ConvKernels.conv2d` for windows of 3 × 3 in steps of 1, `images` samples at a time. */
export function winogradConv2d(
  x: i32,
  W: i32,
  bias: i32,
  y: i32,
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
  const ins = channels / groups,
    outs = outChannels / groups;
  let free = scratch;
  for (let g = 0; g < groups; g++)
    free = transformWeights(f32At(W + g * outs * ins * 9), outs, ins, ins * 9, 9, false, free);
  convolve(
    images,
    batch,
    groups,
    ins,
    outs,
    f32At(x),
    height,
    width,
    f32At(y),
    outHeight,
    outWidth,
    padY,
    padX,
    bias < 0 ? 0 : f32At(bias),
    free,
  );
}

/** `ConvKernels.conv2dGradInput`: dy convolved with the transpose of W, whose windows are turned round. */
export function winogradConv2dGradInput(
  dy: i32,
  W: i32,
  dx: i32,
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
  const ins = channels / groups,
    outs = outChannels / groups;
  let free = scratch;
  for (let g = 0; g < groups; g++)
    free = transformWeights(f32At(W + g * outs * ins * 9), ins, outs, 9, ins * 9, true, free);
  convolve(
    images,
    batch,
    groups,
    outs,
    ins,
    f32At(dy),
    outHeight,
    outWidth,
    f32At(dx),
    height,
    width,
    2 - padY,
    2 - padX,
    0,
    free,
  );
}

/** Elements of a row of transforms of so many tiles: vectors of four may reach beyond the last. */
// @ts-ignore: decorator
@inline
export function rowOf(tiles: i32): i32 {
  return (tiles + 6) & ~3;
}

/** y = x ∗ W plus bias where that is not 0, from the transforms of W, which begin the scratch; from `free` on it is free. */
function convolve(
  images: i32,
  batch: i32,
  groups: i32,
  ins: i32,
  outs: i32,
  x: usize,
  height: i32,
  width: i32,
  y: usize,
  outHeight: i32,
  outWidth: i32,
  padY: i32,
  padX: i32,
  bias: usize,
  free: usize,
): void {
  planTiles(outHeight, outWidth);
  const tiles = down * across,
    most = rowOf(images * tiles);
  const zeros = free;
  const V = (zeros + ((<usize>outs) << 2) + 63) & ~63;
  const M = V + ((<usize>(16 * ins * most)) << 2);
  const buffer = M + ((<usize>(16 * outs * most)) << 2);
  const xBytes = (<usize>(ins * height * width)) << 2,
    yBytes = (<usize>(outs * outHeight * outWidth)) << 2;
  memory.fill(zeros, 0, (<usize>outs) << 2);
  planPadding(height, width, 2 * down, 2 * across, 3, 3, padY, padX, 1, 1);
  clearPlanes(buffer, ins);
  for (let b = 0; b < batch; b += images) {
    const block = min(images, batch - b);
    const row = rowOf(block * tiles),
      bytes = (<usize>row) << 2;
    for (let g = 0; g < groups; g++) {
      planPadding(height, width, 2 * down, 2 * across, 3, 3, padY, padX, 1, 1);
      for (let i = 0; i < block; i++) {
        const planes = padPlanes(x + xBytes * <usize>((b + i) * groups + g), buffer, ins);
        transformPlanes(planes, ins, V + ((<usize>(i * tiles)) << 2), bytes, bytes * <usize>ins);
      }
      const depth = (<usize>ins) << 2;
      for (let k: usize = 0; k < 16; k++) {
        const U = scratch + depth * <usize>outs * (<usize>(16 * g) + k);
        multiplyInPlace(
          outs,
          row,
          ins,
          U,
          depth,
          4,
          V + bytes * <usize>ins * k,
          bytes,
          M + bytes * <usize>outs * k,
          bytes,
          false,
        );
      }
      const biases = bias ? bias + ((<usize>(g * outs)) << 2) : zeros;
      for (let i = 0; i < block; i++) {
        const to = y + yBytes * <usize>((b + i) * groups + g);
        untransformPlanes(M + ((<usize>(i * tiles)) << 2), bytes, bytes * <usize>outs, outs, to, biases);
      }
    }
  }
}
