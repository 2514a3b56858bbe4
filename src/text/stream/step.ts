import { t } from "../../l10n/translate.ts";
import { COLUMN, HIST_BINS, STATS, TOTALS, type Frame, type Stat } from "../../protocol/frame.ts";
import type { LayerInfo } from "../../protocol/run.ts";
import { quoted } from "../../protocol/visible.ts";
import { list, numeral, record, Refusal, type Fields } from "./fields.ts";

const STAT_SET: ReadonlySet<string> = new Set(STATS);
const isStat = (name: string): name is Stat => STAT_SET.has(name);

/** Columns that a step may lack because they are taken now and then: the last that there was stays, as in the engine. */
const SAMPLED = ["gain", "act_spread"] as const satisfies readonly Stat[];

/**
 * What the rows of a run's steps look like, learned from the steps: no line says before which columns a layer has. How many time
 * steps one has is settled by the first: all frames of a run have equally long arrays, and what has another length is left out.
 */
export class StepReader {
  readonly #rowOf: ReadonlyMap<string, number>;
  #layers: readonly LayerInfo[];
  #offsets: readonly number[] | undefined;
  #times = 0;
  /** What was sampled last: `SAMPLED` of each row, and the time steps. */
  readonly #sampled: Float64Array;
  #time = new Float64Array(0);

  constructor(layers: readonly LayerInfo[]) {
    this.#layers = layers;
    this.#sampled = new Float64Array(layers.length * SAMPLED.length).fill(NaN);
    this.#rowOf = new Map(layers.map(({ path }, row) => [path, row]));
  }

  /** With the columns that have been seen so far: others, where there are more now. */
  get layers(): readonly LayerInfo[] {
    return this.#layers;
  }

  /** Throws a `Refusal`, and has learned nothing then. */
  read(fields: Fields): Frame {
    const step = fields["step"];
    if (!Number.isSafeInteger(step) || (step as number) < 1)
      throw new Refusal(t`step is no number of a step`);
    const rows = list(fields["layers"], "layers").map((value, i) => this.#row(record(value, t`a layer`), i));
    const totals = TOTALS.map((total) => [total, totalOf(fields, total)]);
    const values = new Float64Array(this.#layers.length * STATS.length).fill(NaN);
    const seen = rows.map(({ row, fields: columns }) => columnsOf(values, row, columns));
    const hist = this.#histogram(rows);
    const time = this.#timeOf(rows);
    this.#learn(rows, seen);
    this.#keepSampled(values, rows);
    return {
      step: step as number,
      ...(Object.fromEntries(totals) as Record<(typeof TOTALS)[number], number>),
      values,
      ...(hist && { hist }),
      ...(time && { time }),
    };
  }

  #row(fields: Fields, i: number): Row {
    const path = fields["path"];
    const row = this.#layers[i]?.path === path ? i : this.#rowOf.get(path as string);
    if (row === undefined) throw new Refusal(t`the model has no layer ${quoted(String(path))}`);
    return { row, fields };
  }

  #histogram(rows: readonly Row[]): Float64Array | undefined {
    let hist: Float64Array | undefined;
    for (const { row, fields } of rows) {
      const counts = fields["grad_hist"];
      if (counts === undefined) continue;
      const bins = list(counts, "grad_hist");
      if (bins.length !== HIST_BINS)
        throw new Refusal(t`grad_hist has ${bins.length} bins, not ${HIST_BINS}`);
      hist ??= new Float64Array(this.#layers.length * HIST_BINS);
      hist.set(
        bins.map((bin) => numeral(bin, "grad_hist")),
        row * HIST_BINS,
      );
    }
    return hist;
  }

  #keepSampled(values: Float64Array, rows: readonly Row[]): void {
    for (const { row, fields } of rows) {
      for (const [i, stat] of SAMPLED.entries()) {
        const [at, kept] = [row * STATS.length + COLUMN[stat], row * SAMPLED.length + i];
        if (fields[stat] === undefined) values[at] = this.#sampled[kept] ?? NaN;
        else this.#sampled[kept] = values[at] ?? NaN;
      }
    }
  }

  #timeOf(rows: readonly Row[]): Float64Array | undefined {
    const norms = rows.flatMap(({ row, fields }) => {
      const value = fields["time_delta_norm"];
      if (value === undefined) return [];
      return [{ row, norms: list(value, "time_delta_norm").map((x) => numeral(x, "time_delta_norm")) }];
    });
    if (!this.#offsets) this.#settle(norms);
    if (this.#times === 0) return undefined;
    const time =
      this.#time.length === this.#times ? this.#time.slice() : new Float64Array(this.#times).fill(NaN);
    for (const { row, norms: own } of norms) {
      const [from = 0, length = 0] = [this.#offsets?.[row], this.#layers[row]?.time];
      if (own.length === length) time.set(own, from);
      else time.fill(NaN, from, from + length);
    }
    this.#time = time;
    return time;
  }

  /** The first step says how long each layer's part is. */
  #settle(norms: readonly { readonly row: number; readonly norms: readonly number[] }[]): void {
    const lengths = new Map(norms.map(({ row, norms: own }) => [row, own.length]));
    const offsets: number[] = [];
    let times = 0;
    for (let row = 0; row < this.#layers.length; row++) {
      offsets.push(times);
      times += lengths.get(row) ?? 0;
    }
    if (times > MOST_TIMES) throw new Refusal(t`it has ${times} time steps: more than ${MOST_TIMES}`);
    this.#offsets = offsets;
    this.#times = times;
    if (times === 0) return;
    this.#layers = this.#layers.map((layer, row) => {
      const time = lengths.get(row);
      return time ? { ...layer, time } : layer;
    });
  }

  #learn(rows: readonly Row[], seen: readonly (readonly Stat[])[]): void {
    let layers: LayerInfo[] | undefined;
    for (const [i, { row }] of rows.entries()) {
      const layer = this.#layers[row];
      const known = layer?.stats ?? [];
      if (!layer || !seen[i]?.some((stat) => !known.includes(stat))) continue;
      layers ??= [...this.#layers];
      const all = new Set([...known, ...(seen[i] ?? [])]);
      layers[row] = { ...layer, stats: STATS.filter((stat) => all.has(stat)) };
    }
    if (layers) this.#layers = layers;
  }
}

/** Time steps of all layers together, at most. */
const MOST_TIMES = 1_000_000;

interface Row {
  readonly row: number;
  readonly fields: Fields;
}

/** Writes a row's columns; which there are. */
function columnsOf(values: Float64Array, row: number, fields: Fields): readonly Stat[] {
  const seen = Object.keys(fields).filter(isStat);
  for (const stat of seen) values[row * STATS.length + COLUMN[stat]] = numeral(fields[stat], stat);
  return seen;
}

/** NaN where a step has none; a gradient that nobody says was clipped was not. */
const totalOf = (fields: Fields, total: (typeof TOTALS)[number]): number => {
  const value = fields[total];
  if (value === undefined || value === null) return total === "clip_coef" ? 1 : NaN;
  return numeral(value, total);
};
