import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { HIST_BINS, HIST_OFFSET } from "../../src/protocol/frame.ts";
import { count, figure, percent } from "../../src/insight/format.ts";
import { isBroken } from "../../src/protocol/frame.ts";
import type { View } from "../view.ts";
import { layersAxis } from "./axis.ts";
import type { LogAxis } from "./axis.ts";
import type { Histogram } from "../../src/protocol/kept.ts";
import type { Chart, Plot, Table } from "./chart.ts";

const LOG_2 = Math.log10(2);

export const histogram: Chart = {
  id: "histogram",
  title: t`Sizes of the gradient's elements`,
  hint: t`How the elements of ∂L/∂θ are spread over the powers of two, one row per layer with parameters; the darker or brighter the cell, the more of the layer's elements. Elements that are exactly 0 are not counted.`,

  applies: ({ history }) => history.histogram !== undefined,

  reading(view) {
    const middles = rowsOf(view).flatMap((layer) => {
      const size = medianSize(countsOf(view, layer));
      return Number.isNaN(size) ? [] : [t`${figure(size, 1)} at ${nameOf(view, layer)}`];
    });
    const [first, last] = [middles[0], middles.at(-1)];
    const when = takenAt(view);
    if (!first || !last) return `${uncounted(view)}${when}`;
    return t`Half lie below ${first === last ? first : `${first}, ${last}`}${when}`;
  },

  plot(view) {
    const { histogram: of } = view.history;
    const plot = (of && plots.get(of)) ?? newPlot(view);
    if (of) plots.set(of, plot);
    return plot;
  },

  describe(view, { layer = -1, x }) {
    const counts = countsOf(view, layer);
    const bin = x === undefined ? -1 : Math.floor(x / LOG_2 + HIST_OFFSET);
    const total = counts.reduce((a, b) => a + b, 0);
    return {
      title: nameOf(view, layer),
      rows: [
        [t`median size`, total > 0 ? figure(medianSize(counts)) : uncounted(view)],
        ...(total > 0 && bin >= 0 && bin < HIST_BINS
          ? [
              [
                `${figure(10 ** exponentOf(bin), 1)} … ${figure(10 ** exponentOf(bin + 1), 1)}`,
                percent((counts[bin] ?? 0) / total),
              ] as const,
            ]
          : []),
      ],
    };
  },

  table: (view) => ({
    columns: ["layer", "finite elements not 0", "median size"],
    rows: rowsOf(view).map((layer) => {
      const counts = countsOf(view, layer);
      return [view.layers[layer]?.path ?? "", counts.reduce((a, b) => a + b, 0), medianSize(counts)];
    }),
  }),

  data: (view): Table => ({
    columns: ["layer", ...Array.from({ length: HIST_BINS }, (_, bin) => `2^${bin - HIST_OFFSET}`)],
    rows: rowsOf(view).map((layer) => [view.layers[layer]?.path ?? "", ...countsOf(view, layer)]),
  }),
};

/** Counts come seldom, and never change: each is drawn up once. */
const plots = new WeakMap<Histogram, Plot>();

function newPlot(view: View): Plot {
  const rows = rowsOf(view);
  const counts = rows.map((layer) => countsOf(view, layer));
  const peaks = counts.map((row) => Math.max(...row, 1));
  return {
    kind: "heat",
    x: sizeAxis(counts),
    y: layersAxis(view.layers, rows),
    paint: "ramp",
    cells: Array.from({ length: HIST_BINS }, (_, bin) =>
      counts.map((row, i) => (row[bin] ?? 0) / (peaks[i] ?? 1)),
    ),
    edges: Array.from({ length: HIST_BINS + 1 }, (_, bin) => exponentOf(bin)),
  };
}

const nameOf = ({ layers }: View, layer: number): string => layerName(layers[layer]?.path ?? "");

/** Why nothing is counted: only elements that are finite and not 0 are. */
function uncounted({ history }: View): string {
  const frame = history.frames().find(({ step }) => step === history.histogram?.step);
  return frame && isBroken(frame) ? t`No element is finite and not 0` : t`Every element is 0`;
}

const exponentOf = (bin: number): number => (bin - HIST_OFFSET) * LOG_2;

/** Which step the counts are of: not every step is counted, since that costs too much beside it. */
function takenAt({ run: { info }, history: { histogram } }: View): string {
  if (!histogram) return "";
  const every = info.hist_every > 1 ? t`: counted every ${count(info.hist_every)} steps` : "";
  return t` (at step ${count(histogram.step)}${every})`;
}

const countsOf = ({ history }: View, layer: number): Float64Array =>
  history.histogram?.hist.subarray(layer * HIST_BINS, (layer + 1) * HIST_BINS) ?? new Float64Array(HIST_BINS);

/** The layers with parameters, whether or not their gradient has an element that is not 0. */
const rowsOf = ({ layers }: View): readonly number[] =>
  layers.flatMap(({ parameters }, layer) => (parameters.length > 0 ? [layer] : []));

/** Upper end of the bin that holds the middle element; NaN if there is none. */
export function medianSize(counts: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin] ?? 0;
    if (total > 0 && seen >= total / 2) return 10 ** exponentOf(bin + 1);
  }
  return NaN;
}

/** Whole decades around the bins in use, at least four. */
function sizeAxis(counts: readonly ArrayLike<number>[]): LogAxis {
  const used = counts.flatMap((row) => Array.from(row).flatMap((n, bin) => (n > 0 ? [bin] : [])));
  const min = used.length > 0 ? Math.floor(exponentOf(used.reduce((a, b) => Math.min(a, b)))) : -4;
  const max = used.length > 0 ? Math.ceil(exponentOf(used.reduce((a, b) => Math.max(a, b)) + 1)) : 0;
  return { kind: "log", title: "|∂L/∂θ|", min: Math.min(min, max - 4), max, zero: false, infinite: false };
}
