import { type Shape, sizeOf } from "../tensor.ts";
import { at, op } from "./op.ts";
import { type Axis, planeOf, slides, windowOf } from "./window.ts";

/** Over one dimension, or over height and width, of a batch [batch, channels, …]. */
export interface PoolAttrs {
  readonly axes: readonly Axis[];
  /** The last window may stick out on the right. */
  readonly ceil: boolean;
}

const planes = (x: Shape): number => x[0] * x[1];

const pooled = ([x]: readonly Shape[], { axes, ceil }: PoolAttrs): Shape => [
  x[0],
  x[1],
  ...slides(axes, x.slice(2), ceil),
];

const axis = (kernel: number, stride: number, padding = 0, dilation = 1): Axis => ({
  kernel,
  stride,
  dilation,
  before: padding,
  after: padding,
});

/** y = the greatest element under each place of a window. */
export const maxPool = op<PoolAttrs>({
  name: "maxPool",
  shape: pooled,
  savedTensors: (inputs, attrs) => [sizeOf(pooled(inputs, attrs))],
  forward: (k, { inputs: [x], out, saved: [taps], attrs: { axes } }) =>
    k.maxPool2d(windowOf(axes, x.shape, out.shape), planes(x.shape), x.at, out.at, taps),
  backward: (k, { inputs: [x], saved: [taps], dOut, dInputs: [dx], attrs: { axes } }) =>
    k.maxPool2dGrad(windowOf(axes, x.shape, dOut.shape), planes(x.shape), taps, dOut.at, at(dx)),
  neededForBackward: () => ({ inputs: [], out: false }),
  samples: [
    { shapes: [[2, 3, 6, 4]], attrs: { axes: [axis(2, 2), axis(2, 2)], ceil: false } },
    { shapes: [[2, 2, 5, 7]], attrs: { axes: [axis(3, 2, 1), axis(2, 1, 1)], ceil: false } },
    { shapes: [[1, 2, 7, 8]], attrs: { axes: [axis(2, 3), axis(3, 1, 1, 2)], ceil: true } },
    { shapes: [[2, 3, 9]], attrs: { axes: [axis(3, 2)], ceil: true } },
    { shapes: [[2, 3, 5, 9]], attrs: { axes: [axis(2, 2), axis(2, 2)], ceil: true } }, // the last windows stick out
  ],
});

export interface AvgPoolAttrs extends PoolAttrs {
  /** Divide by the number of elements in the window: with the padding among them, or without, or by a number of its own. */
  readonly divisor: "padded" | "inside" | number;
}

const divisorOf = ({ divisor }: AvgPoolAttrs): number =>
  divisor === "padded" ? 0 : divisor === "inside" ? -1 : divisor;

/** y = the mean under each place of a window. */
export const avgPool = op<AvgPoolAttrs>({
  name: "avgPool",
  shape: pooled,
  forward(k, { inputs: [x], out, attrs }) {
    const window = windowOf(attrs.axes, x.shape, out.shape);
    k.avgPool2d(window, planes(x.shape), divisorOf(attrs), x.at, out.at);
  },
  backward(k, { inputs: [x], dOut, dInputs: [dx], attrs }) {
    const window = windowOf(attrs.axes, x.shape, dOut.shape);
    k.avgPool2dGrad(window, planes(x.shape), divisorOf(attrs), dOut.at, at(dx));
  },
  neededForBackward: () => ({ inputs: [], out: false }),
  samples: [
    {
      shapes: [[2, 3, 6, 4]],
      attrs: { axes: [axis(2, 2), axis(2, 2)], ceil: false, divisor: "padded" },
    },
    {
      shapes: [[2, 2, 5, 7]],
      attrs: { axes: [axis(3, 2, 1), axis(4, 3, 2)], ceil: true, divisor: "padded" },
    },
    {
      shapes: [[2, 2, 5, 7]],
      attrs: { axes: [axis(3, 2, 1), axis(4, 3, 2)], ceil: true, divisor: "inside" },
    },
    { shapes: [[2, 2, 5, 7]], attrs: { axes: [axis(3, 1), axis(2, 2)], ceil: false, divisor: 5 } },
    { shapes: [[3, 2, 7]], attrs: { axes: [axis(3, 2, 1)], ceil: false, divisor: "inside" } },
  ],
});

/** y = the means over `output` bins along each of height and width, of nearly equal size. */
export const adaptiveAvgPool = op<{ readonly output: Shape }>({
  name: "adaptiveAvgPool",
  shape: ([x], { output }) => [x[0], x[1], ...output],
  forward: (k, { inputs: [x], out }) =>
    k.adaptiveAvgPool2d(planes(x.shape), ...planeOf(x.shape), ...planeOf(out.shape), x.at, out.at),
  backward: (k, { inputs: [x], dOut, dInputs: [dx] }) =>
    k.adaptiveAvgPool2dGrad(planes(x.shape), ...planeOf(x.shape), ...planeOf(dOut.shape), dOut.at, at(dx)),
  neededForBackward: () => ({ inputs: [], out: false }),
  samples: [
    { shapes: [[2, 3, 6, 4]], attrs: { output: [2, 2] } },
    { shapes: [[2, 2, 7, 5]], attrs: { output: [3, 1] } },
    { shapes: [[1, 2, 2, 3]], attrs: { output: [5, 4] } }, // more bins than elements
  ],
});
