import { t } from "../../l10n/translate.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { adaptiveAvgPool, avgPool, type AvgPoolAttrs, maxPool } from "../ops/pooling.ts";
import { type Axis, slides } from "../ops/window.ts";
import { boolean, integer, optional, sizes, type Values } from "../params.ts";
import { type Shape, ShapeError } from "../tensor.ts";
import { torchCall, unless } from "../torch.ts";
import { layer, type Weights } from "./layer.ts";
import { axesOf, compact, MOST_PLACES, planeOf, windowParams, zeros } from "./window.ts";

const poolParams = (dims: number) => ({
  kernel_size: windowParams(dims).kernel_size,
  stride: optional(
    sizes("Distance between two places of the window; default: `kernel_size`.", dims, {
      min: 1,
      max: MOST_PLACES,
    }),
  ),
  padding: sizes("How far the window begins outside; at most half of it.", dims, { min: 0 }, zeros(dims)),
  ceil_mode: boolean("The last window may stick out at the end.", false),
});

type Pool = Values<ReturnType<typeof poolParams>> & { readonly dilation?: readonly number[] };

const axes = ({ kernel_size, stride = kernel_size, dilation, padding }: Pool): readonly Axis[] =>
  axesOf({ kernel_size, stride, ...(dilation && { dilation }) }, padding);

function pooled(name: string, dims: number, params: Pool, input: Shape): Shape {
  const plane = planeOf(name, dims, input);
  params.padding.forEach((padding, i) => {
    const kernel = params.kernel_size[i];
    if (padding > kernel / 2)
      throw new ShapeError(t`padding ${padding} is more than half of the kernel of ${kernel}`);
  });
  return [input[0], ...slides(axes(params), plane, params.ceil_mode)];
}

/** Throws where a dilated window steps over all elements of a short input: there is no greatest among none. */
function checkSeen(params: Pool, plane: Shape, places: Shape): void {
  axes(params).forEach(({ kernel, stride, dilation, before }, i) => {
    for (let place = 0; place < places[i]; place++) {
      const under = Array.from({ length: kernel }, (_, k) => place * stride - before + k * dilation);
      if (under.some((at) => at >= 0 && at < plane[i])) continue;
      throw new ShapeError(
        t`a window of ${kernel} elements, ${dilation} apart, has none of the input's ${plane[i]} under it, only padding`,
      );
    }
  });
}

const keywords = ({ kernel_size, stride = kernel_size, padding, dilation, ceil_mode }: Pool) => ({
  stride: unless(compact(stride), compact(kernel_size)),
  padding: unless(compact(padding), 0),
  dilation: dilation && unless(compact(dilation), 1),
  ceil_mode,
});

const maxPoolOf = (name: string, dims: number) =>
  layer({
    doc: "The greatest element under a sliding window.",
    group: "pooling and shape",
    params: { ...poolParams(dims), dilation: windowParams(dims).dilation },
    shape(params, input) {
      const output = pooled(name, dims, params, input);
      if (params.dilation.some((n) => n > 1)) checkSeen(params, input.slice(1), output.slice(1));
      return output;
    },
    forward: (graph, params, _, x) =>
      graph.apply(maxPool, [x], { axes: axes(params), ceil: params.ceil_mode }),
    layout: "channels",
    torch: (params) => torchCall(`nn.${name}`, [compact(params.kernel_size)], keywords(params)),
  });

const countPad = boolean("Count the padding's zeros as elements of the window.", true);

type Average = Pool & { readonly count_include_pad: boolean; readonly divisor_override?: number | undefined };

/** What a mean divides by. */
const divisorOf = ({ divisor_override, count_include_pad }: Average): AvgPoolAttrs["divisor"] =>
  divisor_override ?? (count_include_pad ? "padded" : "inside");

/** What both have in common. */
const avgPoolOf = (name: string, dims: number) => ({
  doc: "The mean under a sliding window.",
  group: "pooling and shape" as const,
  layout: "channels" as const,
  shape: (params: Average, input: Shape) => pooled(name, dims, params, input),
  forward: (graph: Graph, params: Average, _: Weights, x: Value) =>
    graph.apply(avgPool, [x], { axes: axes(params), ceil: params.ceil_mode, divisor: divisorOf(params) }),
  torch: (params: Average) =>
    torchCall(`nn.${name}`, [compact(params.kernel_size)], {
      ...keywords(params),
      count_include_pad: params.count_include_pad,
      divisor_override: params.divisor_override,
    }),
});

const divisorOverride = optional(integer("Divide by this instead of the number of elements.", { min: 1 }));

export const poolingLayers = {
  MaxPool1d: maxPoolOf("MaxPool1d", 1),
  MaxPool2d: maxPoolOf("MaxPool2d", 2),
  AvgPool1d: layer({
    ...avgPoolOf("AvgPool1d", 1),
    params: { ...poolParams(1), count_include_pad: countPad },
  }),
  AvgPool2d: layer({
    ...avgPoolOf("AvgPool2d", 2),
    params: { ...poolParams(2), count_include_pad: countPad, divisor_override: divisorOverride },
  }),
  AdaptiveAvgPool2d: layer({
    doc: "Means over `output_size` bins of nearly equal size, whatever the size of the input; 1: one mean a channel.",
    group: "pooling and shape",
    params: { output_size: sizes("Height and width of the output.", 2, { min: 1 }) },
    shape({ output_size }, input) {
      planeOf("AdaptiveAvgPool2d", 2, input);
      return [input[0], ...output_size];
    },
    forward: (graph, { output_size }, _, x) => graph.apply(adaptiveAvgPool, [x], { output: output_size }),
    layout: "channels",
    torch: ({ output_size }) => torchCall("nn.AdaptiveAvgPool2d", [compact(output_size)]),
  }),
};
