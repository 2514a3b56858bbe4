import { describeConv, type ConvDescriptor } from "../../src/engine/kernels/convDescriptor.ts";

/** A convolution's sizes in a row: short enough for a table of many. */
export type ConvList = readonly [
  batch: number,
  channels: number,
  outChannels: number,
  groups: number,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  padY: number,
  padX: number,
  dilationY: number,
  dilationX: number,
];

export function descriptorOf([
  ,
  channels,
  outChannels,
  groups,
  height,
  width,
  ...rest
]: ConvList): ConvDescriptor {
  const [outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, padY, padX, ...dilation] = rest;
  const [dilationY, dilationX] = dilation;
  const planes = { channels, outChannels, groups, height, width, outHeight, outWidth };
  const window = { kernelHeight, kernelWidth, strideY, strideX, padY, padX, dilationY, dilationX };
  return describeConv({ ...planes, ...window });
}
