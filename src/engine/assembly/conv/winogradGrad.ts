import { ConvDescriptor } from "../descriptors";
import { f32At, scratch } from "../simd/memory";
import { paddedInput } from "./paddedInput";
import { multiplyInPlace } from "../gemm/gemm";
import { productPlan } from "../gemm/product";
import { tilesPlan, transformPlanes, transformTransposed, untransformWindow } from "./transforms";
import { transposePlanes } from "./transpose";
import { planInput, rowOf } from "./winograd";

/** Tiles whose products are summed up in registers at a time: so few that sums lose no digits. */
const RUN: i32 = 512;

/**
 * dW of `convKernels.conv2dGradWeight` for windows of 3 × 3 in steps of 1: the transforms of dy, transposed so that outputs lie side
 * by side, times those of x, tile by tile.
 */
export function winogradConv2dGradWeight(
  conv: ConvDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  dW: i32,
  first: i32,
  count: i32,
): void {
  const channels = conv.channels,
    outChannels = conv.outChannels,
    samples = conv.samples;
  const area = conv.outHeight * conv.outWidth,
    size = conv.height * conv.width; // elements of a plane of x
  const ins = channels / conv.groups,
    outs = outChannels / conv.groups;
  const tiles = tilesPlan(),
    input = paddedInput();
  tiles.plan(conv.outHeight, conv.outWidth);
  planInput(tiles, input, conv.height, conv.width, conv.padY, conv.padX);
  const ofPlane = tiles.down * tiles.across,
    most = samples * ofPlane;
  const product = productPlan(); // sums += V·D, for each of the 16
  product.m = ins;
  product.aCol = 4;
  product.accumulate = true;
  const V = (scratch + 63) & ~63;
  const after = V + ((<usize>(16 * ins * rowOf(most))) << 2);
  for (let from = first; from < first + count;) {
    const group = from / outs;
    const n = min(first + count, (group + 1) * outs) - from,
      lanes = (n + 3) & ~3;
    const pixel = (<usize>lanes) << 2;
    const sums = after,
      sumStep = pixel * <usize>ins;
    const transposed = sums + sumStep * 16;
    const D = transposed + pixel * <usize>area;
    const buffer = D + pixel * <usize>(16 * most);
    product.bRow = pixel;
    product.cRow = pixel;
    memory.fill(sums, 0, sumStep * 16);
    input.clear(buffer, ins);
    for (let b = 0; b < batch; b += samples) {
      const block = min(samples, batch - b),
        p = block * ofPlane;
      const row = (<usize>rowOf(p)) << 2,
        step = pixel * <usize>p;
      product.aRow = row;
      for (let i = 0; i < block; i++) {
        const planes = input.pad(f32At(x + ((b + i) * channels + group * ins) * size), buffer, ins);
        const at = V + ((<usize>(i * ofPlane)) << 2);
        transformPlanes(tiles, input, planes, ins, at, row, row * <usize>ins);
        transposePlanes(n, area, f32At(dy + ((b + i) * outChannels + from) * area), transposed, pixel);
        transformTransposed(tiles, transposed, lanes, D + pixel * <usize>(i * ofPlane), step);
      }
      for (let k: usize = 0; k < 16; k++) {
        for (let q = 0; q < p; q += RUN) {
          const at = V + k * row * <usize>ins + ((<usize>q) << 2);
          product.k = min(RUN, p - q);
          multiplyInPlace(product, n, at, D + k * step + pixel * <usize>q, sums + k * sumStep);
        }
      }
    }
    for (let o = 0; o < n; o++) {
      for (let c = 0; c < ins; c++) {
        const at = sums + pixel * <usize>c + ((<usize>o) << 2);
        untransformWindow(at, sumStep, f32At(dW + ((from + o) * ins + c) * 9));
      }
    }
    from += n;
  }
}
