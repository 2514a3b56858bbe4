import { t } from "../../l10n/translate.ts";
import { onesDefault, zerosDefault } from "../init/index.ts";
import { batchNorm, groupNorm, rmsNorm } from "../ops/norms.ts";
import { boolean, either, integer, number, optional, shape } from "../params.ts";
import { type Shape, ShapeError, show, sizeOf } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer, type WeightSpec } from "./layer.ts";

export const eps = (fallback: number) =>
  number("Added to the variance, for numerical stability.", { min: 0 }, fallback);

export const scaleOf = (shape: Shape): WeightSpec => ({
  name: "weight",
  shape,
  role: "scale",
  fill: onesDefault,
});
export const shiftOf = (shape: Shape): WeightSpec => ({
  name: "bias",
  shape,
  role: "scale",
  fill: zerosDefault,
});

/** Batch normalisation of inputs with the given numbers of dimensions, channels first. */
const batchNormOf = (name: string, ranks: readonly number[], takes: string, expected: string) =>
  layer({
    doc: `Normalises every channel by the mean and variance of the batch, then scales it by learned factors (Ioffe & Szegedy, 2015). In \`eval()\` mode by running averages. ${takes}`,
    group: "normalisation",
    params: {
      // Of a channel that does not vary nothing else is left to divide by: PyTorch refuses to train with 0.
      eps: number("Added to the variance, for numerical stability.", { above: 0 }, 1e-5),
      momentum: number("How far the running averages move towards each batch's.", { min: 0, max: 1 }, 0.1),
      affine: boolean("Learn a factor and a bias for every channel.", true),
      track_running_stats: boolean("Keep running averages for `eval()` mode.", true),
    },
    shape(_, input) {
      if (!ranks.includes(input.length))
        throw new ShapeError(t`${name} needs ${expected}, but gets ${show(input)}`);
      return input;
    },
    weights: ({ affine, track_running_stats }, [channels]) => [
      ...(affine ? [scaleOf([channels]), shiftOf([channels])] : []),
      ...(track_running_stats
        ? [
            { name: "running_mean", shape: [channels], role: "buffer", fill: zerosDefault } as const,
            { name: "running_var", shape: [channels], role: "buffer", fill: onesDefault } as const,
          ]
        : []),
    ],
    forward(graph, { eps, momentum, affine, track_running_stats: tracked }, w, x) {
      const inputs = [
        x,
        ...(affine ? [w["weight"], w["bias"]] : []),
        ...(tracked ? [w["running_mean"], w["running_var"]] : []),
      ];
      return graph.apply(batchNorm, inputs, {
        eps,
        momentum,
        affine,
        tracked,
        evaluate: !graph.training && tracked,
      });
    },
    ...(ranks.includes(3) && { layout: "channels" as const }),
    // One value a channel has no variance: PyTorch refuses to train on it.
    least: (_, input) => (sizeOf(input) / input[0] > 1 ? 1 : 2),
    torch: ({ eps, momentum, affine, track_running_stats }, [channels]) =>
      torchCall(`nn.${name}`, [channels], { eps, momentum, affine, track_running_stats }),
  });

/** The dimensions that LayerNorm and RMSNorm normalise over: as given, else the last. */
const normalized = (name: string, given: number | readonly number[] | undefined, input: Shape): Shape => {
  const shape = given === undefined ? input.slice(-1) : typeof given === "number" ? [given] : given;
  if (shape.length === 0 || show(input.slice(-shape.length)) !== show(shape)) {
    throw new ShapeError(t`${name} normalises over ${show(shape)}, but gets ${show(input)}`);
  }
  return shape;
};

const normalizedShape = optional(
  either(
    integer("Size of the last dimension.", { min: 1 }),
    shape("The last dimensions to normalise over; default: the last one."),
  ),
);

export const LayerNorm = layer({
  doc: "Normalises every sample by its own mean and variance over the last dimension, then scales it by learned factors (Ba et al., 2016).",
  group: "normalisation",
  params: {
    normalized_shape: normalizedShape,
    eps: eps(1e-5),
    elementwise_affine: boolean("Learn a factor for every element.", true),
    bias: boolean("Learn a bias as well.", true),
  },
  shape({ normalized_shape }, input) {
    normalized("LayerNorm", normalized_shape, input);
    return input;
  },
  weights({ normalized_shape, elementwise_affine, bias }, input) {
    const shape = normalized("LayerNorm", normalized_shape, input);
    if (!elementwise_affine) return [];
    return bias ? [scaleOf(shape), shiftOf(shape)] : [scaleOf(shape)];
  },
  forward(graph, { normalized_shape, eps }, w, x) {
    const channels = sizeOf(normalized("LayerNorm", normalized_shape, x.shape.slice(1)));
    const inputs = [x, ...[w["weight"], w["bias"]].filter((value) => value !== undefined)];
    return graph.apply(groupNorm, inputs, { batch: sizeOf(x.shape) / channels, groups: 1, channels, eps });
  },
  torch: ({ normalized_shape, eps, elementwise_affine, bias }, input) =>
    torchCall("nn.LayerNorm", [normalized("LayerNorm", normalized_shape, input)], {
      eps,
      elementwise_affine,
      bias,
    }),
});

const EPSILON_F32 = 2 ** -23;

export const RMSNorm = layer({
  doc: "Divides every sample by its root mean square over the last dimension, then scales it by learned factors (Zhang & Sennrich, 2019).",
  group: "normalisation",
  params: {
    normalized_shape: normalizedShape,
    eps: optional(
      number("Added to the mean square; default: the spacing of f32 numbers at 1, 2⁻²³.", { min: 0 }),
    ),
    elementwise_affine: boolean("Learn a factor for every element.", true),
  },
  shape({ normalized_shape }, input) {
    normalized("RMSNorm", normalized_shape, input);
    return input;
  },
  weights: ({ normalized_shape, elementwise_affine }, input) =>
    elementwise_affine ? [scaleOf(normalized("RMSNorm", normalized_shape, input))] : [],
  forward(graph, { normalized_shape, eps = EPSILON_F32, elementwise_affine }, { weight }, x) {
    const n = sizeOf(normalized("RMSNorm", normalized_shape, x.shape.slice(1)));
    return graph.apply(rmsNorm, elementwise_affine ? [x, weight] : [x], { n, eps });
  },
  torch: ({ normalized_shape, eps, elementwise_affine }, input) =>
    torchCall("nn.RMSNorm", [normalized("RMSNorm", normalized_shape, input)], { eps, elementwise_affine }),
});

export const BatchNorm1d = batchNormOf(
  "BatchNorm1d",
  [1, 2],
  "Takes `[features]` or `[channels, length]`.",
  t`[features] or [channels, length]`,
);

export const BatchNorm2d = batchNormOf(
  "BatchNorm2d",
  [3],
  "Takes `[channels, height, width]`.",
  t`[channels, height, width]`,
);
