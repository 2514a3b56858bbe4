import { type Args, size } from "./kernel.ts";
import { type Window, window } from "./window.ts";

/** The sizes of a convolution: x[batch, channels, height, width] to y[batch, outChannels, outHeight, outWidth]. */
export const convSizes = {
  batch: size,
  channels: size,
  outChannels: size,
  groups: size,
  ...window,
} as const;

export type ConvSizes = Args<typeof convSizes>;

/** The same in the order of the parameters, as a call gives them. */
export type ConvList = readonly [
  batch: number,
  channels: number,
  outChannels: number,
  groups: number,
  ...window: Window,
];

export function namedSizes(list: ConvList): ConvSizes {
  const [batch, channels, outChannels, groups, height, width, outHeight, outWidth, ...rest] = list;
  const [kernelHeight, kernelWidth, strideY, strideX, padY, padX, dilationY, dilationX] = rest;
  return {
    batch,
    channels,
    outChannels,
    groups,
    height,
    width,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    padY,
    padX,
    dilationY,
    dilationX,
  };
}

/** Convolution as functions of the arguments: `columns` is a place for `columnsOf(sizes)` elements. */
export interface ConvLoops {
  conv2d(x: number, W: number, bias: number, y: number, columns: number, ...sizes: ConvList): void;
  conv2dGradInput(dy: number, W: number, dx: number, columns: number, ...sizes: ConvList): void;
  conv2dGradWeight(
    x: number,
    dy: number,
    dW: number,
    dbias: number,
    columns: number,
    first: number,
    count: number,
    ...sizes: ConvList
  ): void;
}
