import { STATS, type Stat } from "../../protocol/frame.ts";
import type { LayerInfo } from "../../protocol/run.ts";
import { STATISTIC } from "../../protocol/statistics.ts";
import { OWN_SUMS } from "../statistics/ownSums.ts";
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

/** Whether a row has the sums; those that are not named are of outputs, which all have, or of gradients. */
const HAS: Readonly<Record<string, (features: Features) => boolean>> = {
  deadUnits: ({ type }) => type?.dead === true,
  saturated: ({ type }) => type?.saturation !== undefined,
  inputGradient: ({ gain }) => gain,
  gradient: ({ parameters }) => parameters,
  weights: ({ parameters }) => parameters,
  update: ({ parameters }) => parameters,
  ...Object.fromEntries(
    OWN_SUMS.filter(({ of }) => of === "gradient").map(({ kernel }) => [
      kernel,
      ({ parameters }: Features) => parameters,
    ]),
  ),
};

const has = (stat: Stat, features: Features): boolean =>
  STATISTIC[stat].of.every((name) => HAS[name ?? ""]?.(features) ?? true);
