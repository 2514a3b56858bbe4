import type { Memory } from "./memory.ts";
import { enter, leave, type Window } from "./window.ts";

/** The sizes of a convolution: x[batch, channels, height, width] to y[batch, outChannels, outHeight, outWidth]. */
export type ConvSizes = readonly [
  batch: number,
  channels: number,
  outChannels: number,
  groups: number,
  ...window: Window,
];

/**
 * Convolution as `nn.Conv2d` has it, that is cross-correlation, with W[outChannels, channels / groups, kernelHeight,
 * kernelWidth]; what lies outside the plane is 0. `columns` is a place for `columnsOf(sizes)` elements.
 */
export interface ConvKernels {
  /** y = x ∗ W, plus the outChannels elements at `bias` where that is not −1. */
  conv2d(x: number, W: number, bias: number, y: number, columns: number, ...sizes: ConvSizes): void;
  /** dx from dy. */
  conv2dGradInput(dy: number, W: number, dx: number, columns: number, ...sizes: ConvSizes): void;
  /** dW and dbias, each where it is not −1, from x and dy: of `count` output channels from `first` on. */
  conv2dGradWeight(
    x: number,
    dy: number,
    dW: number,
    dbias: number,
    columns: number,
    first: number,
    count: number,
    ...sizes: ConvSizes
  ): void;
}

/** A run of `n` elements of a plane of y, each of which takes one of x at the same tap: `strideX` apart. */
type Run = (tap: number, x: number, y: number, n: number) => void;

/** All pairs of elements of two planes that meet at some tap, as runs. */
function eachRun(sizes: ConvSizes, visit: Run): void {
  const [, , , , height, width, outHeight, outWidth, kh, kw, sy, sx, padY, padX, dilationY, dilationX] =
    sizes;
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

/** Plain loops over pairs of planes, which need no columns. */
export function convKernels({ floats: f }: Memory): ConvKernels {
  let sums = new Float64Array(0);

  /** Sets the sums of n elements to one value. */
  const startSums = (n: number, value: number): void => {
    if (sums.length < n) sums = new Float64Array(n);
    sums.fill(value, 0, n);
  };

  const storeSums = (n: number, to: number): void => {
    for (let i = 0; i < n; i++) f[to + i] = sums[i];
  };

  return {
    conv2d(x, W, bias, y, _columns, ...sizes) {
      const { ins, outs, taps, area, outArea, step } = planesOf(sizes);
      const [batch, channels, outChannels] = sizes;
      for (let i = 0; i < batch * outChannels; i++) {
        const [b, o] = [Math.floor(i / outChannels), i % outChannels];
        startSums(outArea, bias < 0 ? 0 : f[bias + o]);
        for (let c = 0; c < ins; c++) {
          const from = x + (b * channels + Math.floor(o / outs) * ins + c) * area;
          const weights = W + (o * ins + c) * taps;
          eachRun(sizes, (tap, atX, atY, n) => {
            const w = f[weights + tap];
            for (let j = 0, k = from + atX; j < n; j++, k += step) sums[atY + j] += w * f[k];
          });
        }
        storeSums(outArea, y + i * outArea);
      }
    },

    conv2dGradInput(dy, W, dx, _columns, ...sizes) {
      const { ins, outs, taps, area, outArea, step } = planesOf(sizes);
      const [batch, channels, outChannels] = sizes;
      for (let i = 0; i < batch * channels; i++) {
        const [b, c] = [Math.floor(i / channels), i % channels];
        startSums(area, 0);
        for (let o = Math.floor(c / ins) * outs, end = o + outs; o < end; o++) {
          const from = dy + (b * outChannels + o) * outArea;
          const weights = W + (o * ins + (c % ins)) * taps;
          eachRun(sizes, (tap, atX, atY, n) => {
            const w = f[weights + tap];
            for (let j = 0, k = from + atY; j < n; j++) sums[atX + j * step] += w * f[k + j];
          });
        }
        storeSums(area, dx + i * area);
      }
    },

    conv2dGradWeight(x, dy, dW, dbias, _columns, first, count, ...sizes) {
      const { ins, outs, taps, area, outArea, step } = planesOf(sizes);
      const [batch, channels, outChannels] = sizes;
      for (let o = first; o < first + count; o++) {
        for (let c = 0; dW >= 0 && c < ins; c++) {
          startSums(taps, 0);
          for (let b = 0; b < batch; b++) {
            const [from, to] = [(b * channels + Math.floor(o / outs) * ins + c) * area, b * outChannels + o];
            eachRun(sizes, (tap, atX, atY, n) => {
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
    },
  };
}

/** Channels of a group, and elements of its planes. */
function planesOf([
  ,
  channels,
  outChannels,
  groups,
  height,
  width,
  outHeight,
  outWidth,
  kh,
  kw,
  ,
  sx,
]: ConvSizes) {
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
