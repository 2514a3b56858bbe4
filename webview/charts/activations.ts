import { t } from "../../src/l10n/translate.ts";
import { statOf, type Stat } from "../../src/protocol/frame.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { percent } from "../../src/insight/format.ts";
import { typical } from "../../src/insight/typical.ts";
import { noFigure } from "../nonFinite.ts";
import type { View } from "../view.ts";
import { layersAxis } from "./axis.ts";
import type { Chart, Point } from "./chart.ts";
import { cellsOf, layerFigures, layerTable } from "./figures.ts";
import { rowsWith } from "./overSteps.ts";

/** Dead units and saturated outputs, for the layers that can have any. */
export const activations: Chart = {
  id: "activations",
  title: t`Dead and saturated`,
  hint: t`Bars: units that are 0 for the whole batch and pass no gradient on. Diamonds: outputs where the activation's slope is below 5 % of its maximum. Layers without such an activation are left out.`,

  applies: (view) =>
    rowsOf(view).length > 0 && STATS.some(([stat]) => typical(view, stat).some(Number.isFinite)),

  reading(view) {
    const most = STATS.flatMap(([stat, word]) => {
      const values = typical(view, stat);
      const row = rowsOf(view)
        .filter((one) => Number.isFinite(values[one]))
        .toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0))[0];
      return row === undefined
        ? []
        : [t`${word} at most ${percent(values[row] ?? NaN)}, at ${layerName(view.layers[row]?.path ?? "")}`];
    });
    return most.length > 0 ? capital(most.join("; ")) : noFigure(view, t`No layer has such figures yet`);
  },

  plot(view) {
    const rows = rowsOf(view);
    return {
      kind: "lines",
      x: layersAxis(view.layers, rows),
      y: { kind: "linear", title: t`Share`, min: 0, max: 1 },
      series: STATS.flatMap(([stat, word, draw]) => {
        const points = pointsOf(view, rows, stat);
        return points.some(({ y }) => !Number.isNaN(y))
          ? [{ label: word, draw, ink: draw === "bars" ? { ramp: 0.75 } : "second", points } as const]
          : [];
      }),
    };
  },

  describe: layerFigures,

  table: (view) =>
    layerTable(
      view,
      STATS.map(([stat]) => [stat, cellsOf(view, stat)]),
    ),
};

const STATS = [
  ["act_dead", t`dead`, "bars"],
  ["act_saturated", t`saturated`, "diamonds"],
] as const satisfies readonly (readonly [Stat, string, "bars" | "diamonds"])[];

const rowsOf = ({ layers }: View): readonly number[] =>
  [...new Set(STATS.flatMap(([stat]) => rowsWith(layers, stat)))].sort((a, b) => a - b);

function pointsOf({ history }: View, rows: readonly number[], stat: Stat): readonly Point[] {
  const frame = shownFrame(history);
  return rows.map((row, x) => ({ x, y: frame ? statOf(frame, row, stat) : NaN }));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
