import { t } from "../../l10n/translate.ts";
import { describeConv, type ConvDescriptor } from "../kernels/convDescriptor.ts";
import { type Shape, ShapeError, show } from "../tensor.ts";
import { at, op } from "./op.ts";
import { type Axis, slides, windowOf } from "./window.ts";

export interface ConvAttrs {
  /** One for each dimension that the kernel slides along: width, or height and width. */
  readonly axes: readonly Axis[];
  readonly groups: number;
}

const descriptorOf = (x: Shape, y: Shape, { axes, groups }: ConvAttrs): ConvDescriptor =>
  describeConv({ channels: x[1], outChannels: y[1], groups, ...windowOf(axes, x, y) });

const axis = (kernel: number, rest: Partial<Axis> = {}): Axis => ({
  kernel,
  stride: 1,
  dilation: 1,
  before: 0,
  after: 0,
  ...rest,
});

/**
 * y[batch, out, …] = x[batch, in, …] ∗ W[out, in / groups, …] + b[out] (which may be left out), over one dimension or two.
 */
export const conv = op<ConvAttrs>({
  name: "conv",

  shape([x, W], { axes, groups }) {
    if (x[1] !== W[1] * groups || W[0] % groups !== 0) {
      throw new ShapeError(t`cannot convolve ${show(x)} with ${show(W)} in ${groups} groups`);
    }
    return [x[0], W[0], ...slides(axes, x.slice(2))];
  },

  forward(k, { inputs: [x, W, b], out, attrs }) {
    const conv = descriptorOf(x.shape, out.shape, attrs);
    k.conv2d(conv, x.shape[0], x.at, W.at, at(b), out.at);
  },

  backward(k, { inputs: [x, W], dOut: dy, dInputs: [dx, dW, db], attrs }) {
    const conv = descriptorOf(x.shape, dy.shape, attrs);
    const [batch] = x.shape;
    if (dW ?? db) k.conv2dGradWeight(conv, batch, x.at, dy.at, at(dW), at(db), 0, W.shape[0]);
    if (dx) k.conv2dGradInput(conv, batch, dy.at, W.at, dx.at);
  },

  deferrable: true,
  neededForBackward: () => ({ inputs: [0, 1], out: false }),

  samples: [
    { shapes: [[2, 3, 5, 7], [4, 3, 3, 2], [4]], attrs: { axes: [axis(3), axis(2)], groups: 1 } },
    {
      shapes: [
        [1, 2, 6, 5],
        [3, 2, 1, 1],
      ],
      attrs: { axes: [axis(1), axis(1)], groups: 1 }, // x is its own columns
    },
    {
      shapes: [[3, 4, 7, 6], [6, 2, 3, 3], [6]],
      attrs: {
        axes: [
          axis(3, { stride: 2, before: 1, after: 1 }),
          axis(3, { stride: 3, dilation: 2, before: 2, after: 2 }),
        ],
        groups: 2,
      },
    },
    {
      shapes: [[2, 3, 4, 5], [3, 1, 2, 4], [3]],
      attrs: { axes: [axis(2, { after: 1 }), axis(4, { before: 1, after: 2 })], groups: 3 }, // depthwise, "same"
    },
    {
      shapes: [
        [2, 2, 5, 5],
        [2, 2, 1, 1],
      ],
      attrs: { axes: [axis(1, { stride: 2 }), axis(1, { before: 1, after: 1 })], groups: 1 },
    },
    {
      shapes: [[2, 3, 9], [2, 3, 4], [2]],
      attrs: { axes: [axis(4, { stride: 2, before: 3, after: 3 })], groups: 1 },
    },
    {
      shapes: [
        [1, 1, 1, 1],
        [2, 1, 3, 3],
      ],
      // almost all of it padding
      attrs: { axes: [axis(3, { before: 4, after: 4 }), axis(3, { before: 1, after: 1 })], groups: 1 },
    },
  ],
});
