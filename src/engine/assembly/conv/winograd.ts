import { ConvDescriptor } from "../descriptors";
import { multiplyInPlace } from "../gemm/gemm";
import { productPlan } from "../gemm/product";
import { f32At, scratch } from "../simd/memory";
import { PaddedInput, paddedInput } from "./paddedInput";
import { Tiles, tilesPlan, transformPlanes, transformWeights, untransformPlanes } from "./transforms";

/** `convKernels.conv2d` for windows of 3 × 3 in steps of 1. */
export function winogradConv2d(conv: ConvDescriptor, batch: i32, x: i32, W: i32, bias: i32, y: i32): void {
  const ins = conv.channels / conv.groups,
    outs = conv.outChannels / conv.groups;
  let free = scratch;
  for (let g = 0; g < conv.groups; g++)
    free = transformWeights(f32At(W + g * outs * ins * 9), outs, ins, ins * 9, 9, false, free);
  const tiles = tilesPlan(),
    input = paddedInput();
  tiles.plan(conv.outHeight, conv.outWidth);
  planInput(tiles, input, conv.height, conv.width, conv.padY, conv.padX);
  convolve(conv, batch, ins, outs, f32At(x), f32At(y), bias < 0 ? 0 : f32At(bias), free);
}

/** `convKernels.conv2dGradInput`: dy convolved with the transpose of W, whose windows are rotated by 180°. */
export function winogradConv2dGradInput(conv: ConvDescriptor, batch: i32, dy: i32, W: i32, dx: i32): void {
  const ins = conv.channels / conv.groups,
    outs = conv.outChannels / conv.groups;
  let free = scratch;
  for (let g = 0; g < conv.groups; g++)
    free = transformWeights(f32At(W + g * outs * ins * 9), ins, outs, 9, ins * 9, true, free);
  const tiles = tilesPlan(),
    input = paddedInput();
  tiles.plan(conv.height, conv.width);
  planInput(tiles, input, conv.outHeight, conv.outWidth, 2 - conv.padY, 2 - conv.padX);
  convolve(conv, batch, outs, ins, f32At(dy), f32At(dx), 0, free);
}

/** Plans planes of height × width for the tiles' windows of 3 × 3. */
export function planInput(
  tiles: Tiles,
  input: PaddedInput,
  height: i32,
  width: i32,
  padY: i32,
  padX: i32,
): void {
  input.plan(height, width, 2 * tiles.down, 2 * tiles.across, padY, padX, 2, 2);
}

/** Elements of a row of transforms of so many tiles: vectors of four may reach beyond the last. */
// @ts-ignore: decorator
@inline
export function rowOf(tiles: i32): i32 {
  return (tiles + 6) & ~3;
}

/**
 * y = x ∗ W plus bias where that is not 0, for `outs` outputs of `ins` inputs in each group, whose planes have been planned. The
 * transforms of W begin the scratch; from `free` on it is free.
 */
function convolve(
  conv: ConvDescriptor,
  batch: i32,
  ins: i32,
  outs: i32,
  x: usize,
  y: usize,
  bias: usize,
  free: usize,
): void {
  const tiles = tilesPlan(),
    input = paddedInput();
  const groups = conv.groups,
    samples = conv.samples;
  const ofPlane = tiles.down * tiles.across,
    most = rowOf(samples * ofPlane);
  const zeros = free;
  const V = (zeros + ((<usize>outs) << 2) + 63) & ~63;
  const M = V + ((<usize>(16 * ins * most)) << 2);
  const buffer = M + ((<usize>(16 * outs * most)) << 2);
  const xBytes = (<usize>(ins * input.height * input.width)) << 2,
    yBytes = (<usize>(outs * tiles.height * tiles.width)) << 2;
  const depth = (<usize>ins) << 2;
  const product = productPlan(); // M = U·V, for each of the 16
  product.m = outs;
  product.k = ins;
  product.aRow = depth;
  product.aCol = 4;
  product.accumulate = false;
  memory.fill(zeros, 0, (<usize>outs) << 2);
  input.clear(buffer, ins);
  for (let b = 0; b < batch; b += samples) {
    const block = min(samples, batch - b);
    const row = rowOf(block * ofPlane),
      bytes = (<usize>row) << 2;
    product.bRow = bytes;
    product.cRow = bytes;
    for (let g = 0; g < groups; g++) {
      for (let i = 0; i < block; i++) {
        const planes = input.pad(x + xBytes * <usize>((b + i) * groups + g), buffer, ins);
        const at = V + ((<usize>(i * ofPlane)) << 2);
        transformPlanes(tiles, input, planes, ins, at, bytes, bytes * <usize>ins);
      }
      for (let k: usize = 0; k < 16; k++) {
        const U = scratch + depth * <usize>outs * (<usize>(16 * g) + k);
        multiplyInPlace(product, row, U, V + bytes * <usize>ins * k, M + bytes * <usize>outs * k);
      }
      const biases = bias ? bias + ((<usize>(g * outs)) << 2) : zeros;
      for (let i = 0; i < block; i++) {
        const to = y + yBytes * <usize>((b + i) * groups + g);
        const from = M + ((<usize>(i * ofPlane)) << 2);
        untransformPlanes(tiles, from, bytes, bytes * <usize>outs, outs, to, biases);
      }
    }
  }
}
