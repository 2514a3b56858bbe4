import { columnsOf } from "../../kernels/columns.ts";
import type { ConvKernels, ConvSizes } from "../../kernels/conv.ts";
import { reads, writes } from "../touches.ts";
import type { Args, Rules } from "./rule.ts";

type Volumes = { readonly x: number; readonly W: number; readonly y: number };

/** Elements of a convolution's tensors. */
const volumes = ([
  batch,
  channels,
  outChannels,
  groups,
  height,
  width,
  outHeight,
  outWidth,
  kh,
  kw,
]: Args): Volumes => ({
  x: batch * channels * height * width,
  W: ((outChannels * channels) / groups) * kh * kw,
  y: batch * outChannels * outHeight * outWidth,
});

/** A convolution by columns has one place for them. */
const isAlone = (sizes: Args): boolean => columnsOf(sizes as unknown as ConvSizes) > 0;

export const conv: Rules<keyof ConvKernels> = {
  conv2d: {
    touches: ([x, W, bias, y, columns, ...sizes]) => [
      ...reads(x, volumes(sizes).x),
      ...reads(W, volumes(sizes).W),
      ...reads(bias, sizes[2]),
      ...writes(y, volumes(sizes).y),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , , ...sizes]) => (isAlone(sizes) ? 1 : sizes[0]),
    part(args, from, to) {
      const [x, W, bias, y, columns, batch, ...sizes] = args;
      if (isAlone(args.slice(5))) return args;
      const each = volumes([1, ...sizes]);
      return [x + from * each.x, W, bias, y + from * each.y, columns, Math.min(batch, to - from), ...sizes];
    },
  },
  conv2dGradInput: {
    touches: ([dy, W, dx, columns, ...sizes]) => [
      ...reads(dy, volumes(sizes).y),
      ...reads(W, volumes(sizes).W),
      ...writes(dx, volumes(sizes).x),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , ...sizes]) => (isAlone(sizes) ? 1 : sizes[0]),
    part(args, from, to) {
      const [dy, W, dx, columns, batch, ...sizes] = args;
      if (isAlone(args.slice(4))) return args;
      const each = volumes([1, ...sizes]);
      return [dy + from * each.y, W, dx + from * each.x, columns, Math.min(batch, to - from), ...sizes];
    },
  },
  conv2dGradWeight: {
    touches: ([x, dy, dW, dbias, columns, first, count, ...sizes]) => [
      ...reads(x, volumes(sizes).x),
      ...reads(dy, volumes(sizes).y),
      ...(dW < 0
        ? []
        : writes(dW + (first * volumes(sizes).W) / sizes[2], (count * volumes(sizes).W) / sizes[2])),
      ...(dbias < 0 ? [] : writes(dbias + first, count)),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , , , count, ...sizes]) => (isAlone(sizes) ? 1 : count),
    part(args, from, to) {
      const [x, dy, dW, dbias, columns, first, , ...sizes] = args;
      return isAlone(sizes) ? args : [x, dy, dW, dbias, columns, first + from, to - from, ...sizes];
    },
  },
};
