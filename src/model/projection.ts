import type { LayerType } from "../engine/layers/layer.ts";
import type { Params } from "../engine/params.ts";
import type { Shape } from "../engine/tensor.ts";
import { show } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import type { ShapeState } from "./shapeState.ts";
import type { Table } from "./tables.ts";
import type { Arguments } from "./values.ts";

/** The layer that a `projection` puts beside a block. */
export interface Projection {
  readonly type: string;
  readonly row: LayerType;
  readonly params: Arguments;
}

/**
 * The one layer that turns `from` into `to`, or why there is none. Features are projected by `Linear`; channels by a
 * 1×1 convolution, whose stride makes up for what the block has shrunk (He et al. 2016, §3.3, option B).
 */
export function projection(
  from: Shape,
  to: Shape,
  layout: ShapeState["layout"],
  layers: Table<LayerType>,
): { readonly layer: Projection } | { readonly reason: string } {
  const why = t`no projection turns ${show(from)} into ${show(to)}`;
  if (from.length !== to.length || from.length > 3) return { reason: why };
  const spatial = from.length === 3 || (from.length === 2 && layout === "channels");
  if (!spatial) {
    if (from.length === 2 && from[0] !== to[0])
      return { reason: t`${why}: the lengths of the sequences differ` };
    return layerOf("Linear", { out_features: to[to.length - 1] }, layers, why);
  }
  const stride = from.slice(1).map((size, i) => strideOf(size, to[i + 1]));
  if (stride.includes(undefined)) return { reason: t`${why}: no stride does` };
  return layerOf(`Conv${stride.length}d`, { out_channels: to[0], kernel_size: 1, stride }, layers, why);
}

/** The smallest stride with which a kernel of size 1 makes `to` of `from` places: ⌊(from − 1) / stride⌋ + 1 = to. */
function strideOf(from: number, to: number): number | undefined {
  const stride = Math.floor((from - 1) / to) + 1;
  return Math.floor((from - 1) / stride) + 1 === to ? stride : undefined;
}

function layerOf(type: string, given: Arguments, layers: Table<LayerType>, why: string) {
  const row = Object.hasOwn(layers, type) ? layers[type] : undefined;
  const params = row && withDefaults(row.params, given);
  return params ? { layer: { type, row, params } } : { reason: t`${why}: that takes ${type}` };
}

function withDefaults(params: Params, given: Arguments): Arguments | undefined {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const read = name in given ? param.read(given[name]) : { value: param.fallback as unknown };
    if (!("value" in read)) return undefined;
    if (read.value !== undefined) values[name] = read.value;
  }
  return values;
}
