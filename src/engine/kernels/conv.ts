import { place, size, kernel } from "./kernel.ts";
import type { Floats } from "../tensor.ts";
import { convDescriptor, type ConvDescriptor } from "./convDescriptor.ts";
import type { ConvSizes } from "./convSizes.ts";
import { products } from "./costs.ts";
import { enter, leave } from "./window.ts";

/** A run of `n` elements of a plane of y, each of which takes one of x at the same tap: `strideX` apart. */
type Run = (tap: number, x: number, y: number, n: number) => void;

/** All pairs of elements of two planes that meet at some tap, as runs. */
function eachRun(sizes: ConvSizes, visit: Run): void {
  const { height, width, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw } = sizes;
  const { strideY: sy, strideX: sx, padY, padX, dilationY, dilationX } = sizes;
  for (let tap = 0; tap < kh * kw; tap++) {
    const top = Math.floor(tap / kw) * dilationY - padY;
    const left = (tap % kw) * dilationX - padX;
    const [start, end] = [enter(left, sx), leave(left, sx, width, outWidth)];
    const below = leave(top, sy, height, outHeight);
    for (let row = enter(top, sy); row < below; row++) {
      visit(tap, (top + row * sy) * width + left + start * sx, row * outWidth + start, end - start);
    }
  }
}

function sumsOver(f: Floats) {
  let buffer = new Float64Array(0);

  /** The sums of n elements, each set to one value. */
  const startSums = (n: number, value: number): Float64Array => {
    if (buffer.length < n) buffer = new Float64Array(n);
    return buffer.fill(value, 0, n);
  };

  const storeSums = (n: number, to: number): void => {
    for (let i = 0; i < n; i++) f[to + i] = buffer[i];
  };

  return { startSums, storeSums };
}

/** A convolution of so many samples. */
type Batch = ConvDescriptor & { readonly batch: number };

/** Elements of a convolution's tensors. */
const volumesOf = (sizes: Batch) => ({
  x: sizes.batch * sizes.channels * sizes.height * sizes.width,
  W: ((sizes.outChannels * sizes.channels) / sizes.groups) * sizes.kernelHeight * sizes.kernelWidth,
  y: sizes.batch * sizes.outChannels * sizes.outHeight * sizes.outWidth,
});

/** Elements of one sample's x and y. */
const sampleOf = (sizes: ConvSizes) => ({
  x: sizes.channels * sizes.height * sizes.width,
  y: sizes.outChannels * sizes.outHeight * sizes.outWidth,
});

const convolution = (sizes: Batch): number => {
  const { batch, channels, outChannels, groups, outHeight, outWidth, kernelHeight, kernelWidth } = sizes;
  const taps = (batch * channels * outChannels * kernelHeight * kernelWidth) / groups;
  return products(taps * outHeight * outWidth);
};

/**
 * Convolution as `nn.Conv2d` has it, that is cross-correlation, with W[outChannels, channels / groups, kernelHeight,
 * kernelWidth]; what lies outside the plane is 0.
 */
export const convKernels = {
  /** y = x ∗ W, plus the outChannels elements at `bias` where that is not −1. */
  conv2d: kernel({
    descriptor: convDescriptor,
    params: { batch: size, x: place, W: place, bias: place, y: place },

    scalar: ({ floats: f }) => {
      const { startSums, storeSums } = sumsOver(f);
      return (conv, batch, x, W, bias, y) => {
        const { ins, outs, taps, area, outArea, step } = planesOf(conv);
        const { channels, outChannels } = conv;
        for (let i = 0; i < batch * outChannels; i++) {
          const [b, o] = [Math.floor(i / outChannels), i % outChannels];
          const sums = startSums(outArea, bias < 0 ? 0 : f[bias + o]);
          for (let c = 0; c < ins; c++) {
            const from = x + (b * channels + Math.floor(o / outs) * ins + c) * area;
            const weights = W + (o * ins + c) * taps;
            eachRun(conv, (tap, atX, atY, n) => {
              const w = f[weights + tap];
              for (let j = 0, k = from + atX; j < n; j++, k += step) sums[atY + j] += w * f[k];
            });
          }
          storeSums(outArea, y + i * outArea);
        }
      };
    },
    access: (args) => ({
      reads: { x: volumesOf(args).x, W: volumesOf(args).W, bias: args.outChannels },
      writes: { y: volumesOf(args).y },
    }),
    split: { along: "batch", moves: sampleOf },
    cost: (args) => convolution(args),
  }),

  /** dx from dy. */
  conv2dGradInput: kernel({
    descriptor: convDescriptor,
    params: { batch: size, dy: place, W: place, dx: place },

    scalar: ({ floats: f }) => {
      const { startSums, storeSums } = sumsOver(f);
      return (conv, batch, dy, W, dx) => {
        const { ins, outs, taps, area, outArea, step } = planesOf(conv);
        const { channels, outChannels } = conv;
        for (let i = 0; i < batch * channels; i++) {
          const [b, c] = [Math.floor(i / channels), i % channels];
          const sums = startSums(area, 0);
          for (let o = Math.floor(c / ins) * outs, end = o + outs; o < end; o++) {
            const from = dy + (b * outChannels + o) * outArea;
            const weights = W + (o * ins + (c % ins)) * taps;
            eachRun(conv, (tap, atX, atY, n) => {
              const w = f[weights + tap];
              for (let j = 0, k = from + atY; j < n; j++) sums[atX + j * step] += w * f[k + j];
            });
          }
          storeSums(area, dx + i * area);
        }
      };
    },
    access: (args) => ({
      reads: { dy: volumesOf(args).y, W: volumesOf(args).W },
      writes: { dx: volumesOf(args).x },
    }),
    split: {
      along: "batch",
      moves(args) {
        const { x, y } = sampleOf(args);
        return { dy: y, dx: x };
      },
    },
    cost: (args) => convolution(args),
  }),

  /** dW and dbias, each where it is not −1, from x and dy: of `count` output channels from `first` on. */
  conv2dGradWeight: kernel({
    descriptor: convDescriptor,
    params: {
      batch: size,
      x: place,
      dy: place,
      dW: place,
      dbias: place,
      first: size,
      count: size,
    },

    scalar: ({ floats: f }) => {
      const { startSums, storeSums } = sumsOver(f);
      return (conv, batch, x, dy, dW, dbias, first, count) => {
        const { ins, outs, taps, area, outArea, step } = planesOf(conv);
        const { channels, outChannels } = conv;
        for (let o = first; o < first + count; o++) {
          for (let c = 0; dW >= 0 && c < ins; c++) {
            const sums = startSums(taps, 0);
            for (let b = 0; b < batch; b++) {
              const [from, to] = [
                (b * channels + Math.floor(o / outs) * ins + c) * area,
                b * outChannels + o,
              ];
              eachRun(conv, (tap, atX, atY, n) => {
                let sum = 0;
                const k = dy + to * outArea + atY;
                for (let j = 0, i = x + from + atX; j < n; j++, i += step) sum += f[k + j] * f[i];
                sums[tap] += sum;
              });
            }
            storeSums(taps, dW + (o * ins + c) * taps);
          }
          if (dbias < 0) continue;
          let sum = 0;
          for (let b = 0; b < batch; b++) {
            for (let i = 0, k = dy + (b * outChannels + o) * outArea; i < outArea; i++) sum += f[k + i];
          }
          f[dbias + o] = sum;
        }
      };
    },
    access(args) {
      const { first, count, outChannels } = args;
      const volumes = volumesOf(args);
      return {
        reads: { x: volumes.x, dy: volumes.y },
        writes: {
          dW: [(first * volumes.W) / outChannels, (count * volumes.W) / outChannels],
          dbias: [first, count],
        },
      };
    },
    split: {
      units: ({ count }) => count,
      part: ({ first }, from, to) => ({ first: first + from, count: to - from }),
    },
    cost: (args) => convolution(args),
  }),
};

/** Channels of a group, and elements of its planes. */
function planesOf({
  channels,
  outChannels,
  groups,
  height,
  width,
  outHeight,
  outWidth,
  kernelHeight: kh,
  kernelWidth: kw,
  strideX: sx,
}: ConvSizes) {
  return {
    ins: channels / groups,
    outs: outChannels / groups,
    taps: kh * kw,
    area: height * width,
    outArea: outHeight * outWidth,
    /** Elements of x between those that neighbours in y take. */
    step: sx,
  };
}
