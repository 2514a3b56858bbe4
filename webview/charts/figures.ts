import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { statOf } from "../../src/protocol/frame.ts";
import type { Frame, Stat } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import { count, figure } from "../../src/insight/format.ts";
import { SHORT, shown } from "../../src/insight/statistics.ts";
import { logSharesAt } from "../../src/insight/share.ts";
import { columnOf } from "../../src/insight/typical.ts";
import { isBroken } from "../../src/protocol/frame.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import type { View } from "../view.ts";
import type { Figures, Place, Table } from "./chart.ts";

/**
 * The figures of a layer at the step that is shown; those that it does not have are left out. The title names the step where it is
 * not the latest.
 */
export function layerFigures(view: View, { layer = -1 }: Place): Figures {
  const info = view.layers[layer];
  const frame = shownFrame(view.history);
  if (!info || !frame) return { title: layerName(info?.path ?? ""), rows: [] };
  const rows = SHORT.flatMap((statistic) => {
    const value = statOf(frame, layer, statistic.column);
    const has = !Number.isNaN(value) || isLost(frame, info, statistic.column);
    return has ? [[statistic.symbol, shown(statistic, value)] as const] : [];
  });
  const share = logSharesAt(frame)[layer] ?? NaN;
  const part = Number.isFinite(share) ? [[t`of the last layer's`, figure(10 ** share)] as const] : [];
  const at = frame === view.history.recent.at(-1) && !view.now ? "" : t`, step ${count(frame.step)}`;
  const title = `${layerName(info.path)} ${info.type}${at}`;
  return { title, rows: [...rows.slice(0, 1), ...part, ...rows.slice(1)] };
}

/** A figure that the layer has, and that is NaN because it was computed of numbers that were not finite. */
const isLost = (frame: Frame, { stats }: LayerInfo, stat: Stat): boolean =>
  stats.includes(stat) && isBroken(frame);

/** One figure of every layer at the step that is shown, for a table: `"NaN"` where it was computed as such, NaN where there is none. */
export function cellsOf({ layers, history }: View, stat: Stat): readonly (string | number)[] {
  const frame = shownFrame(history);
  if (!frame) return [];
  return columnOf(frame, layers, stat).map((value, i) => {
    const info = layers[i];
    return Number.isNaN(value) && info && isLost(frame, info, stat) ? "NaN" : value;
  });
}

/** One row per layer with the given columns of the step that is shown. */
export function layerTable(
  view: View,
  columns: readonly (readonly [name: string, values: readonly (string | number)[]])[],
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
