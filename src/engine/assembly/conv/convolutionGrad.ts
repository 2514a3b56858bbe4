import { ConvDescriptor } from "../descriptors";
import { f32At, scratch } from "../simd/memory";
import { paddedInput } from "./paddedInput";
import { addProducts } from "./products";
import { transposePlanes } from "./transpose";

/**
 * dW of `convKernels.conv2dGradWeight` with stride 1. For a block of samples at a time dy is transposed, so that outputs lie
 * side by side; then each tap's x is multiplied with it, pixel by pixel, for a tile of taps × outputs in registers.
 */
export function directConv2dGradWeight(
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
  const kh = conv.kernelHeight,
    kw = conv.kernelWidth;
  const ins = channels / conv.groups,
    outs = outChannels / conv.groups,
    depth = ins * kh * kw;
  const input = paddedInput();
  const reachY = (kh - 1) * conv.dilationY,
    reachX = (kw - 1) * conv.dilationX;
  input.plan(conv.height, conv.width, conv.outHeight, conv.outWidth, conv.padY, conv.padX, reachY, reachX);
  const inPlace = input.inPlace;
  const stride = (inPlace ? channels : ins) * input.plane;
  // Tables of distances in bytes: from a pixel to its taps, from the beginning of a block's planes to its pixels.
  const taps = scratch,
    pixels = input.tapTable(taps, ins, kh, kw, conv.dilationY, conv.dilationX);
  const sums = (pixelTable(pixels, samples, stride, input.pitch, conv.outHeight, conv.outWidth) + 63) & ~63;
  for (let from = first; from < first + count;) {
    const group = from / outs;
    const n = min(first + count, (group + 1) * outs) - from;
    const step = (<usize>((n + 3) & ~3)) << 2;
    const transposed = sums + step * <usize>depth;
    const buffer = transposed + step * <usize>(samples * area);
    memory.fill(sums, 0, step * <usize>depth);
    input.clear(buffer, samples * ins);
    for (let b = 0; b < batch; b += samples) {
      const block = min(samples, batch - b);
      const source = f32At(x + (b * channels + group * ins) * size);
      for (let i = 0; i < block && !inPlace; i++) {
        input.pad(source + ((<usize>(i * channels * size)) << 2), buffer + ((<usize>(i * stride)) << 2), ins);
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
    transposeSums(n, depth, sums, step, f32At(dW + from * depth));
    from += n;
  }
}

/** Writes the table of all pixels of a block whose samples are `stride` elements apart. Returns where it ends. */
function pixelTable(to: usize, samples: i32, stride: i32, pitch: i32, outHeight: i32, outWidth: i32): usize {
  for (let i = 0; i < samples; i++) {
    for (let r = 0; r < outHeight; r++) {
      for (let c = 0; c < outWidth; c++, to += 4) i32.store(to, (i * stride + r * pitch + c) << 2);
    }
  }
  return to;
}

/** dW[n, depth] from the sums, whose rows of n are `step` bytes apart. */
function transposeSums(n: i32, depth: i32, sums: usize, step: usize, dW: usize): void {
  for (let o = 0; o < n; o++) {
    let from = sums + ((<usize>o) << 2);
    for (let k = 0; k < depth; k++, from += step, dW += 4) f32.store(dW, f32.load(from));
  }
}
