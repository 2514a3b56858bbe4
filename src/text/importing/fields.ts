import type { Arguments, LayerInfo } from "../../protocol/run.ts";

export type Shape = readonly number[];
export type Fields = Readonly<Record<string, unknown>>;

export const shapeOf = ({ parameters }: LayerInfo, name: string): Shape =>
  parameters.find((parameter) => parameter.name === name)?.shape ?? [];

export const has = (layer: LayerInfo, name: string): boolean => shapeOf(layer, name).length > 0;

/** One number where all are the same. */
export const size = (sizes: Shape): unknown => (new Set(sizes).size === 1 ? sizes[0] : sizes);

/** Of these a number stands for a list of the same. */
const SIZES: ReadonlySet<string> = new Set(["kernel_size", "stride", "padding", "dilation", "output_size"]);

/** Those arguments that a model file takes, as it writes them. */
export const taken = (from: Arguments, names: readonly string[]): Fields =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(from, name) ? from[name] : undefined;
      if (value === undefined) return [];
      return [[name, SIZES.has(name) && Array.isArray(value) ? size(value as Shape) : value] as const];
    }),
  );
