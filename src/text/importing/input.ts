import type { LayerInfo } from "../../protocol/run.ts";
import { has, shapeOf, type Shape } from "./fields.ts";

/** The least plane that a convolution makes its output of; one that is as large where the run does not say how it was made. */
function beforeConvolution({ arguments: made, output_shape }: LayerInfo): Shape {
  const plane = output_shape.slice(1);
  if (!made || typeof made["padding"] === "string") return plane;
  const along = (name: string, i: number, fallback: number): number => {
    const value = made[name];
    const one = Array.isArray(value) ? (value as Shape)[i] : value;
    return typeof one === "number" ? one : fallback;
  };
  return plane.map((n, i) => {
    const window = along("dilation", i, 1) * (along("kernel_size", i, 1) - 1) + 1;
    return Math.max(1, (n - 1) * along("stride", i, 1) + window - 2 * along("padding", i, 0));
  });
}

/** What goes into the first layer, one sample of it. */
export function inputOf(layer: LayerInfo | undefined): Shape {
  if (!layer) return [1];
  const { type, output_shape } = layer;
  const weight = shapeOf(layer, "weight");
  if (type === "Linear") return [...output_shape.slice(0, -1), weight[1] ?? 1];
  if (type.startsWith("Conv")) return [weight[1] ?? 1, ...beforeConvolution(layer)];
  if (type === "Embedding") return output_shape.slice(0, -1);
  if (has(layer, "weight_ih_l0")) return [output_shape[0] ?? 1, shapeOf(layer, "weight_ih_l0")[1] ?? 1];
  return output_shape;
}
