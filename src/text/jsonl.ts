import { COLUMN, HIST_BINS, STATS, TOTALS, type Frame, type Stat } from "../protocol/frame.ts";
import type { DataFacts, LayerInfo, RunEnd, RunInfo } from "../protocol/run.ts";

import { json, type Terminal } from "./quote.ts";

/** JSON has no NaN and no ±∞: they are written as strings. */
const numeral = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** The first line of a run's stream, without its line break (`docs/stream.md`). `thinned`: what of a longer run it holds. */
export const runLine = (
  { model, seed, parameters, layers, data }: RunInfo,
  thinned?: Readonly<Record<string, number>>,
): Terminal =>
  json({
    type: "run",
    version: 1,
    model,
    source: "gradlens",
    seed: seed ?? null,
    parameters,
    layers: layers.map(({ path, type, parameters, output_shape }) => ({
      path,
      type,
      parameters: parameters.map(({ name, shape }) => ({ name, shape })),
      output_shape,
    })),
    ...(data && { data: factsOf(data) }),
    ...(thinned && { thinned }),
  });

const factsOf = (data: DataFacts) =>
  Object.fromEntries(
    Object.entries(data).map(([name, fact]) => [name, typeof fact === "number" ? numeral(fact) : fact]),
  );

/** The line of one step. Columns that a layer does not have, and totals that the step does not have, are absent. */
export function stepLine(frame: Frame, layers: readonly LayerInfo[]): Terminal {
  const always = new Set(["loss", "lr", "grad_norm", "clip_coef"]);
  const totals = TOTALS.filter((total) => always.has(total) || !Number.isNaN(frame[total]));
  let time = 0;
  return json({
    type: "step",
    step: frame.step,
    ...Object.fromEntries(totals.map((total) => [total, numeral(frame[total])])),
    layers: layers.map((layer, i) => ({
      path: layer.path,
      ...Object.fromEntries(layer.stats.map((stat) => [stat, numeral(valueOf(frame, i, stat))])),
      ...(layer.stats.includes("grad_norm") && histogramOf(frame, i)),
      ...(layer.time !== undefined && { time_delta_norm: timeOf(frame, time, (time += layer.time)) }),
    })),
  });
}

/** The last line of a run's stream. */
export const endLine = (end: RunEnd): Terminal =>
  json({ type: "end", ...end, elapsed_ms: Math.round(end.elapsed_ms * 1000) / 1000 });

const valueOf = ({ values }: Frame, layer: number, stat: Stat): number =>
  values[layer * STATS.length + COLUMN[stat]];

const histogramOf = ({ hist }: Frame, layer: number) =>
  hist && { grad_hist: Array.from(hist.subarray(layer * HIST_BINS, (layer + 1) * HIST_BINS)) };

const timeOf = ({ time }: Frame, from: number, to: number) =>
  Array.from(time?.subarray(from, to) ?? [], numeral);
