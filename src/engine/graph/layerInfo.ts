import { STATS, type Stat } from "../../protocol/frame.ts";
import type { LayerInfo } from "../../protocol/run.ts";
import type { LayerType } from "../layers/layer.ts";
import { type LayerTable, typeOf } from "./network.ts";
import type { LayerSpec, ResidualSpec } from "../spec.ts";

/** What a frame's reader needs to know of a row. `first`: it is the model's first. */
export function layerInfo(table: LayerTable, row: LayerSpec | ResidualSpec, first: boolean): LayerInfo {
  if (row.kind === "residual") {
    const stats = STATS.filter((stat) => has(stat, { parameters: false, gain: true }));
    return { path: row.path, type: "Residual", parameters: [], output_shape: row.output, stats };
  }
  const type = typeOf(table, row);
  const weights = (type.weights?.(row.params, row.input) ?? []).filter(({ role }) => role !== "buffer");
  const time = type.time?.(row.params, row.input);
  const features = { type, parameters: weights.length > 0, gain: !(first && type.ids) };
  return {
    path: row.path,
    type: row.type,
    parameters: weights.map(({ name, shape }) => ({ name, shape })),
    output_shape: row.output,
    stats: STATS.filter((stat) => has(stat, features)),
    ...(time !== undefined && { time }),
  };
}

interface Features {
  readonly type?: LayerType;
  readonly parameters: boolean;
  readonly gain: boolean;
}

function has(stat: Stat, { type, parameters, gain }: Features): boolean {
  if (stat.startsWith("grad_") || stat === "weight_norm" || stat === "update_ratio") return parameters;
  if (stat === "act_dead") return type?.dead === true;
  if (stat === "act_saturated") return type?.saturation !== undefined;
  return stat === "gain" ? gain : true;
}
