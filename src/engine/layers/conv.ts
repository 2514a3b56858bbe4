import { t } from "../../l10n/translate.ts";
import { biasDefault, weightDefault } from "../init/index.ts";
import { conv } from "../ops/conv.ts";
import { type Axis, slides } from "../ops/window.ts";
import { boolean, choice, either, integer, sizes } from "../params.ts";
import { ShapeError, sizeOf } from "../tensor.ts";
import { torchCall, unless } from "../torch.ts";
import { layer } from "./layer.ts";
import { axesOf, compact, MOST_PLACES, ones, planeOf, sameAxes, windowParams, zeros } from "./window.ts";

interface Geometry {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same" | "valid";
  readonly dilation: readonly number[];
}

function axes({ padding, ...window }: Geometry): readonly Axis[] {
  if (padding === "same") return sameAxes(window);
  return axesOf(window, padding === "valid" ? zeros(window.stride.length) : padding);
}

function checkGroups(groups: number, channels: number, out_channels: number): void {
  if (channels % groups !== 0)
    throw new ShapeError(t`groups ${groups} does not divide the ${channels} channels of the input`);
  if (out_channels % groups !== 0)
    throw new ShapeError(t`groups ${groups} does not divide out_channels ${out_channels}`);
}

/** Convolution over `dims` dimensions. */
const convOf = (name: string, dims: number, doc: string) =>
  layer({
    doc,
    group: "weights",

    params: {
      out_channels: integer("Number of channels of the output: kernels that are learned.", { min: 1 }),
      ...windowParams(dims),
      stride: sizes(
        "Distance between two places of the kernel.",
        dims,
        { min: 1, max: MOST_PLACES },
        ones(dims),
      ),
      padding: either(
        sizes(
          "Zeros on both sides: a number; `same` keeps the size (stride 1); `valid` is 0.",
          dims,
          { min: 0 },
          zeros(dims),
        ),
        choice("", ["same", "valid"]),
      ),
      groups: integer(
        "Groups of channels that do not see each other; as many as channels: depthwise.",
        { min: 1 },
        1,
      ),
      bias: boolean("Add a learned bias.", true),
      padding_mode: choice("What the padding holds: only zeros.", ["zeros"], "zeros"),
    },

    shape(params, input) {
      const plane = planeOf(name, dims, input);
      checkGroups(params.groups, input[0], params.out_channels);
      if (params.padding === "same" && params.stride.some((stride) => stride > 1)) {
        throw new ShapeError(
          t`padding "same" needs stride 1, but the stride is ${params.stride.join(" × ")}`,
        );
      }
      return [params.out_channels, ...slides(axes(params), plane)];
    },

    weights({ out_channels, kernel_size, groups, bias }, [channels]) {
      const shape = [out_channels, channels / groups, ...kernel_size];
      const fan_in = sizeOf(shape) / out_channels;
      return [
        { name: "weight", shape, role: "weight", fill: weightDefault },
        ...(bias
          ? [{ name: "bias", shape: [out_channels], role: "bias", fill: biasDefault(fan_in) } as const]
          : []),
      ];
    },

    forward: (graph, params, { weight, bias }, x) =>
      graph.apply(conv, params.bias ? [x, weight, bias] : [x, weight], {
        axes: axes(params),
        groups: params.groups,
      }),
    layout: "channels",

    torch: ({ out_channels, kernel_size, stride, padding, dilation, groups, bias }, [channels]) =>
      torchCall(`nn.${name}`, [channels, out_channels, compact(kernel_size)], {
        stride: unless(compact(stride), 1),
        padding: typeof padding === "string" ? padding : unless(compact(padding), 0),
        dilation: unless(compact(dilation), 1),
        groups,
        bias,
      }),
  });

export const Conv1d = convOf(
  "Conv1d",
  1,
  "Slides learned kernels along a sequence of channels. Takes `[channels, length]`.",
);

export const Conv2d = convOf(
  "Conv2d",
  2,
  "Slides learned kernels over images (LeCun et al., 1989). Takes `[channels, height, width]`.",
);
