import { t } from "../l10n/translate.ts";
import { statOf, type Frame } from "../protocol/frame.ts";
import { layerName } from "../protocol/layerName.ts";
import type { RunInfo } from "../protocol/run.ts";
import { count } from "../insight/format.ts";
import { lensStatistics, shown } from "../insight/statistics.ts";
import { STATISTICS, type LensKind, type Statistic } from "../protocol/statistics.ts";
import { markdown, ownMarkdown, type Markdown } from "./quote.ts";
import { layerText, type Summary } from "../insight/findings/summarise.ts";

/** Rows of the table: the columns that the layer has; a count of non-finite numbers only where there are any. */
const rowsOf = (info: RunInfo, frame: Frame, layer: number): readonly Statistic[] =>
  STATISTICS.filter(({ column, hover }) => {
    if (!hover || !info.layers[layer]?.stats.includes(column)) return false;
    return hover === true || statOf(frame, layer, column) > 0;
  });

/** Which layer and step, what share of the gradient arrives, and every figure with its meaning. */
export function explainLayer(
  info: RunInfo,
  frame: Frame,
  layer: number,
  stale: boolean,
  summary: Summary,
  probe = false,
): Markdown {
  const { path = "", type = "" } = info.layers[layer] ?? {};
  const note = stale ? STALE : probe ? PROBE : "";
  const title = markdown`**${layerName(path)}** · ${type} · step ${count(frame.step)}`;
  const rows = rowsOf(info, frame, layer).map((row) => tableRow(frame, layer, row));
  return ownMarkdown(
    `${title}${note}\n\n${markdown`${layerText(summary, layer)}`}\n\n| | | |\n|---|--:|---|\n${rows.join("\n")}`,
  );
}

const STALE = t` · stale: the model or its data have changed since this run`;
const PROBE = t` · a probe: the model's first steps, without a run`;

const tableRow = (frame: Frame, layer: number, statistic: Statistic): string =>
  `| ${statistic.symbol} | ${shown(statistic, statOf(frame, layer, statistic.column))} | ${statistic.meaning} |`;

/** The two ends of a repeated declaration, first and last repetition. */
export function explainLayers(
  info: RunInfo,
  frame: Frame,
  layers: readonly number[],
  stale: boolean,
  summary: Summary,
  probe = false,
): Markdown {
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined || last === undefined) return ownMarkdown("");
  const one = explainLayer(info, frame, first, stale, summary, probe);
  if (first === last) return one;
  return ownMarkdown(`${one}\n\n---\n\n${explainLayer(info, frame, last, stale, summary, probe)}`);
}

/** `gain: factor by which the gradient grows on its way through · …` */
const meanings = (kind: LensKind): string =>
  lensStatistics(kind)
    .map(({ symbol, meaning }) => `${symbol}: ${meaning}`)
    .join(" · ");

/** The lens's tooltip, one line: its figures' meaning, and what a click does. */
export const LENS_HINTS = {
  gradients: t`${meanings("gradients")}. Click to see the layer in the panel.`,
  activations: t`${meanings("activations")}. Click to see the layer in the panel.`,
  probe: t`The first steps of the model as it is now, from three initial weights: nobody has run it. Run it to see how it trains.`,
  shapes: t`Shape of one sample before and after this layer, without the batch, and its trainable parameters.`,
  run: t`Train this model and see the gradients of every layer.`,
  export: t`Open this model as a PyTorch program with the same names, seed and batches.`,
  watch: t`Run this program in a terminal, and see the gradients of its layers at the lines that make them.`,
  stop: t`Stop the run. What it has shown so far stays.`,
  again: t`The model or its data have changed since the run: run the model as it is now.`,
  problems: t`The model cannot run before these are solved. Click to see them.`,
  finding: t`Click to read why it matters, and what to do.`,
  pin: t`Pin this run: it lies under whichever run the panel shows, to be compared, and is not dropped for another.`,
  pinned: t`This run lies under whichever run the panel shows. Click to unpin it.`,
  result: t`The latest run of this model. Click to see it in the panel.`,
} as const;
