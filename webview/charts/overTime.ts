import { layerName } from "../../src/protocol/layerName.ts";
import { figure } from "../format.ts";
import { logSharesOf } from "../gradient.ts";
import type { Column } from "../history.ts";
import { noFigure } from "../nonFinite.ts";
import { partOf } from "../reading.ts";
import type { View } from "../view.ts";
import { layersAxis, stepsAxis } from "./axis.ts";
import type { Chart, Table } from "./chart.ts";
import { layerFigures } from "./figures.ts";

/** Steps that the table shows; the copied data has them all. */
const TABLE_STEPS = 5;

export const overTime: Chart = {
  id: "over-time",
  title: "Over time",
  hint:
    "The share of the gradient that reaches each layer, ‖∂L/∂h_ℓ‖ / ‖∂L/∂h_L‖, at every step: blue starves, red explodes, " +
    "magenta with a hatch is NaN or ∞. Layers from first (top) to last.",

  reading(view) {
    const { layers, history } = view;
    const [first, last] = [history.columns[0], history.columns.findLast(({ broken }) => !broken)];
    const name = layerName(layers[0]?.path ?? "");
    if (!first || !last || !name) return noFigure(view, "No step yet");
    const [then, now] = [sharesAt(first)[0] ?? NaN, sharesAt(last)[0] ?? NaN];
    const at = last === history.columns.at(-1) ? "now" : `at step ${last.step}`;
    if (now === -Infinity) return `${name}: exactly 0 ${at}`;
    if (!Number.isFinite(now)) return `${name}: no share of the last layer's gradient ${at}`;
    const since =
      first === last || !Number.isFinite(then) ? "" : `, ${figure(10 ** then, 1)} at step ${first.step}`;
    return `${name}: ${partOf(now)} the last layer's${since}`;
  },

  plot(view) {
    const { columns, stride } = view.history;
    const start = Math.max(0, (columns[0]?.step ?? 1) - stride);
    return {
      kind: "heat",
      x: stepsAxis(view),
      y: layersAxis(view.layers),
      paint: "share",
      cells: columns.map(sharesAt),
      edges: [start, ...columns.map(({ step }) => step)],
    };
  },

  describe(view, place) {
    const column = columnAt(view.history.columns, place.x);
    const latest = column === view.history.columns.at(-1) && !column?.broken;
    if (place.layer === undefined || place.x === undefined || !column || latest)
      return layerFigures(view, place);
    const share = sharesAt(column)[place.layer] ?? NaN;
    return {
      title: layerName(view.layers[place.layer]?.path ?? ""),
      rows: [
        ["step", String(column.step)],
        ["‖∂L/∂h‖", figure(column.delta[place.layer] ?? NaN)],
        ...(Number.isNaN(share) ? [] : [["of the last layer's", wordFor(share)] as const]),
      ],
    };
  },

  table({ layers, history: { columns } }) {
    const pick = Array.from({ length: TABLE_STEPS }, (_, i) =>
      Math.round((i * (columns.length - 1)) / (TABLE_STEPS - 1)),
    );
    const some = [...new Set(pick)].flatMap((i) => columns[i] ?? []);
    return tableOf(layers, some);
  },

  data: ({ layers, history }) => tableOf(layers, history.columns),
};

const wordFor = (share: number): string => (share === Infinity ? "NaN or ∞" : figure(10 ** share));

const cache = new WeakMap<Column, readonly number[]>();

/** The shares of a column, computed once: columns never change. */
function sharesAt(column: Column): readonly number[] {
  const known = cache.get(column);
  if (known) return known;
  const shares = logSharesOf(column.delta, column.broken);
  cache.set(column, shares);
  return shares;
}

/** The column that covers a step. */
const columnAt = (columns: readonly Column[], x: number | undefined): Column | undefined =>
  x === undefined ? columns.at(-1) : columns.find(({ step }) => step >= x);

const tableOf = (layers: View["layers"], columns: readonly Column[]): Table => ({
  columns: ["layer", ...columns.map(({ step }) => `step ${step}`)],
  rows: layers.map(({ path }, layer) => [
    path,
    ...columns.map((column) => {
      const share = sharesAt(column)[layer] ?? NaN;
      return share === Infinity ? wordFor(share) : 10 ** share;
    }),
  ]),
});
