import { t } from "../../l10n/translate.ts";
import { groupNorm } from "../ops/norms.ts";
import { boolean, integer } from "../params.ts";
import { ShapeError, show, sizeOf } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer } from "./layer.ts";
import { eps, scaleOf, shiftOf } from "./norms.ts";
import { planeOf } from "./window.ts";

/** Weights of a layer that may scale and shift every channel. */
const affineOf = (affine: boolean, channels: number) =>
  affine ? [scaleOf([channels]), shiftOf([channels])] : [];

export const GroupNorm = layer({
  doc: "Normalises every sample by the mean and variance of groups of its channels, then scales each channel by learned factors (Wu & He, 2018).",
  group: "normalisation",
  params: {
    num_groups: integer("Number of groups; must divide the number of channels.", { min: 1 }),
    eps: eps(1e-5),
    affine: boolean("Learn a factor and a bias for every channel.", true),
  },
  shape({ num_groups }, input) {
    if (input.length === 0) throw new ShapeError(t`GroupNorm needs channels, but gets a single number`);
    if (input[0] % num_groups !== 0) {
      throw new ShapeError(t`num_groups ${num_groups} does not divide the ${input[0]} channels of the input`);
    }
    return input;
  },
  weights: ({ affine }, [channels]) => affineOf(affine, channels),
  forward: (graph, { num_groups, eps, affine }, { weight, bias }, x) =>
    graph.apply(groupNorm, affine ? [x, weight, bias] : [x], {
      batch: x.shape[0],
      groups: num_groups,
      channels: x.shape[1],
      eps,
    }),
  // PyTorch refuses batches that leave one value a channel of a group.
  least: ({ num_groups }, input) => (sizeOf(input) > num_groups ? 1 : 2),
  torch: ({ num_groups, eps, affine }, [channels]) =>
    torchCall("nn.GroupNorm", [num_groups, channels], { eps, affine }),
});

export const InstanceNorm2d = layer({
  doc: "Normalises every channel of every sample by its own mean and variance (Ulyanov et al., 2016). Takes `[channels, height, width]`.",
  group: "normalisation",
  params: {
    eps: eps(1e-5),
    affine: boolean("Learn a factor and a bias for every channel.", false),
  },
  shape(_, input) {
    if (sizeOf(planeOf("InstanceNorm2d", 2, input)) === 1) {
      throw new ShapeError(t`InstanceNorm2d needs more than one element a channel, but gets ${show(input)}`);
    }
    return input;
  },
  weights: ({ affine }, [channels]) => affineOf(affine, channels),
  forward: (graph, { eps, affine }, { weight, bias }, x) =>
    graph.apply(groupNorm, affine ? [x, weight, bias] : [x], {
      batch: x.shape[0],
      groups: x.shape[1],
      channels: x.shape[1],
      eps,
    }),
  layout: "channels",
  torch: ({ eps, affine }, [channels]) => torchCall("nn.InstanceNorm2d", [channels], { eps, affine }),
});
