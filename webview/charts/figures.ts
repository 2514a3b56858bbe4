import { statOf } from "../../src/protocol/frame.ts";
import type { Stat } from "../../src/protocol/frame.ts";
import { figure } from "../format.ts";
import { logSharesOf, columnOf } from "../gradient.ts";
import { isBroken } from "../history.ts";
import type { View } from "../view.ts";
import type { Figures, Place, Table } from "./chart.ts";

/** What is said of a layer wherever it is pointed at. */
const FIGURES: readonly (readonly [name: string, stat: Stat])[] = [
  ["‖∂L/∂h‖", "delta_norm"],
  ["‖∂L/∂θ‖", "grad_norm"],
  ["gain", "gain"],
  ["update : weight", "update_ratio"],
  ["dead", "act_dead"],
  ["saturated", "act_saturated"],
];

/** The figures of a layer at the latest step; those that it does not have are left out. */
export function layerFigures(view: View, { layer = -1 }: Place): Figures {
  const info = view.layers[layer];
  const frame = view.history.recent.at(-1);
  if (!info || !frame) return { title: info?.path ?? "", rows: [] };
  const broken = isBroken(frame);
  const rows = FIGURES.flatMap(([name, stat]) => {
    const value = statOf(frame, layer, stat);
    const missing = Number.isNaN(value) && !(broken && stat === "delta_norm");
    return missing ? [] : [[name, figure(value)] as const];
  });
  const share = logSharesOf(columnOf(frame, view.layers, "delta_norm"), broken)[layer] ?? NaN;
  const part = Number.isFinite(share) ? [["of the last layer's", figure(10 ** share)] as const] : [];
  return { title: `${info.path} ${info.type}`, rows: [...rows.slice(0, 1), ...part, ...rows.slice(1)] };
}

/** One row per layer with the given columns of the latest step. */
export function layerTable(
  view: View,
  columns: readonly (readonly [name: string, values: readonly number[]])[],
): Table {
  return {
    columns: ["layer", "type", ...columns.map(([name]) => name)],
    rows: view.layers.map(({ path, type }, i) => [
      path,
      type,
      ...columns.map(([, values]) => values[i] ?? NaN),
    ]),
  };
}
