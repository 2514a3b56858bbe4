import { planeSums } from "./convolutionGrad";
import { f32At, scratch } from "../simd/memory";
import { clearPlanes, padPlanes, planPadding } from "./paddedInput";
import { multiplyInPlace } from "../gemm/gemm";
import {
  across,
  down,
  planTiles,
  transformPlanes,
  transformTransposed,
  untransformWindow,
} from "./transforms";
import { transposePlanes } from "./transpose";
import { rowOf } from "./winograd";

/** Tiles whose products are summed up in registers at a time: so few that sums lose no digits. */
const RUN: i32 = 512;

/**
 * `ConvKernels.conv2dGradWeight` for windows of 3 × 3 in steps of 1, `images` samples at a time: the transforms of dy, transposed
 * so that outputs lie side by side, times those of x, tile by tile.
 */
export function winogradConv2dGradWeight(
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
    outs = outChannels / groups;
  planTiles(outHeight, outWidth);
  planPadding(height, width, 2 * down, 2 * across, 3, 3, padY, padX, 1, 1);
  const tiles = down * across,
    most = images * tiles;
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
    memory.fill(sums, 0, sumStep * 16);
    clearPlanes(buffer, ins);
    for (let b = 0; b < batch; b += images) {
      const block = min(images, batch - b),
        p = block * tiles;
      const row = (<usize>rowOf(p)) << 2,
        step = pixel * <usize>p;
      for (let i = 0; i < block; i++) {
        const planes = padPlanes(f32At(x + ((b + i) * channels + group * ins) * height * width), buffer, ins);
        transformPlanes(planes, ins, V + ((<usize>(i * tiles)) << 2), row, row * <usize>ins);
        transposePlanes(n, area, f32At(dy + ((b + i) * outChannels + from) * area), transposed, pixel);
        transformTransposed(transposed, lanes, D + pixel * <usize>(i * tiles), step);
      }
      for (let k: usize = 0; k < 16; k++) {
        for (let q = 0; q < p; q += RUN) {
          const at = V + k * row * <usize>ins + ((<usize>q) << 2);
          multiplyInPlace(
            ins,
            n,
            min(RUN, p - q),
            at,
            row,
            4,
            D + k * step + pixel * <usize>q,
            pixel,
            sums + k * sumStep,
            pixel,
            true,
          );
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
