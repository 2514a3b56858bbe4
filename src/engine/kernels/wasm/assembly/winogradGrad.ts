import { planeSums } from "./convolutionGrad";
import { f32At, scratch } from "./memory";
import { clearPlanes, fillPlanes, planPlanes } from "./planes";
import { addProducts } from "./products";
import { across, down, planTiles, transformPlanes, transformTurned, untransformWindow } from "./transforms";
import { panelOf, turnBlock } from "./turn";
import { rowOf } from "./winograd";

/**
 * `ConvKernels.conv2dGradWeight` for windows of 3 × 3 in steps of 1, `images` samples at a time: the transforms of dy, turned
 * so that outputs lie side by side, times those of x, tile by tile.
 */
export function winogradConv2dGradWeight(x: i32, dy: i32, dW: i32, dbias: i32, first: i32, count: i32, images: i32, batch: i32, channels: i32, outChannels: i32, groups: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, kh: i32, kw: i32, sy: i32, sx: i32, padY: i32, padX: i32, dilationY: i32, dilationX: i32): void {
  const area = outHeight * outWidth;
  if (dbias >= 0) planeSums(batch, outChannels, area, dy, first, count, dbias);
  if (dW < 0) return;
  const ins = channels / groups, outs = outChannels / groups;
  planTiles(outHeight, outWidth);
  planPlanes(height, width, 2 * down, 2 * across, 3, 3, padY, padX, 1, 1);
  const tiles = down * across, most = images * tiles;
  const taps = scratch, pixels = taps + ((<usize>ins) << 2);
  for (let p = 0; p < most; p++) i32.store(pixels + ((<usize>p) << 2), p << 2);
  const V = (pixels + ((<usize>most) << 2) + 63) & ~63;
  const after = V + ((<usize>(16 * ins * rowOf(most))) << 2);
  for (let from = first; from < first + count; ) {
    const group = from / outs;
    const n = min(first + count, (group + 1) * outs) - from, lanes = (n + 3) & ~3;
    const sums = after, sumStep = (<usize>(ins * lanes)) << 2;
    const turned = sums + sumStep * 16;
    const D = turned + ((<usize>(area * lanes)) << 2);
    const buffer = D + ((<usize>(16 * most * lanes)) << 2);
    memory.fill(sums, 0, sumStep * 16);
    clearPlanes(buffer, ins);
    for (let b = 0; b < batch; b += images) {
      const block = min(images, batch - b), p = block * tiles;
      const row = (<usize>rowOf(p)) << 2, step = (<usize>(p * lanes)) << 2;
      for (let c = 0; c < ins; c++) i32.store(taps + ((<usize>c) << 2), c * <i32>row);
      for (let i = 0; i < block; i++) {
        const planes = fillPlanes(f32At(x + ((b + i) * channels + group * ins) * height * width), buffer, ins);
        transformPlanes(planes, ins, V + ((<usize>(i * tiles)) << 2), row, row * <usize>ins);
        turnBlock(1, n, area, f32At(dy + ((b + i) * outChannels + from) * area), 0, turned);
        for (let o = 0; o < n; o += 8) {
          const panel = panelOf(n - o);
          transformTurned(turned + ((<usize>(o * area)) << 2), panel, D + ((<usize>(o * p + i * tiles * panel)) << 2), step);
        }
      }
      for (let k: usize = 0; k < 16; k++) {
        addProducts(taps, pixels, p, n, ins, V + k * row * <usize>ins, D + k * step, sums + k * sumStep);
      }
    }
    for (let o = 0; o < n; o++) {
      const panel = panelOf(n - (o & ~7));
      const at = sums + ((<usize>((o & ~7) * ins + (o & 7))) << 2);
      for (let c = 0; c < ins; c++) {
        untransformWindow(at + ((<usize>(c * panel)) << 2), sumStep, f32At(dW + ((from + o) * ins + c) * 9));
      }
    }
    from += n;
  }
}
