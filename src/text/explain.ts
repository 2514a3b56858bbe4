import { statOf, type Frame, type Stat } from "../protocol/frame.ts";
import { layerName } from "../protocol/layerName.ts";
import type { RunInfo } from "../protocol/run.ts";
import { count, figure, percent } from "./figures.ts";
import { markdown, ownMarkdown, type Markdown } from "./quote.ts";
import { SHARE_TEXT, shareOf } from "./share.ts";

interface Row {
  readonly stat: Stat;
  readonly name: string;
  readonly show: (x: number) => string;
  readonly meaning: string;
}

/** The figures of a hover, in order, with what each means. */
const ROWS: readonly Row[] = [
  {
    stat: "delta_norm",
    name: "‖∂L/∂h‖",
    show: figure,
    meaning: "size of the gradient that arrives at the output",
  },
  {
    stat: "gain",
    name: "gain",
    show: figure,
    meaning: "factor by which the gradient grows on its way through",
  },
  { stat: "grad_norm", name: "‖∂L/∂W‖", show: figure, meaning: "size of the gradient of all parameters" },
  { stat: "weight_norm", name: "‖W‖", show: figure, meaning: "size of all parameters" },
  {
    stat: "update_ratio",
    name: "update",
    show: figure,
    meaning: "size of the step's update by size of the parameters",
  },
  { stat: "act_mean", name: "mean", show: figure, meaning: "mean of the outputs" },
  { stat: "act_std", name: "std", show: figure, meaning: "standard deviation of the outputs" },
  { stat: "act_zero", name: "zero", show: percent, meaning: "outputs that are exactly 0" },
  { stat: "act_dead", name: "dead", show: percent, meaning: "units that are 0 for the whole batch" },
  {
    stat: "act_saturated",
    name: "saturated",
    show: percent,
    meaning: "outputs where the slope is below 5 % of its maximum",
  },
  { stat: "act_nonfinite", name: "NaN or ∞", show: count, meaning: "outputs that are no finite number" },
  {
    stat: "grad_nonfinite",
    name: "NaN or ∞ in ∂L/∂W",
    show: count,
    meaning: "gradients that are no finite number",
  },
];

/** Rows of the table: the columns that the layer has; a count of non-finite numbers only where there are any. */
const shown = (info: RunInfo, frame: Frame, layer: number): readonly Row[] =>
  ROWS.filter(({ stat }) => {
    if (!info.layers[layer]?.stats.includes(stat)) return false;
    return (stat !== "act_nonfinite" && stat !== "grad_nonfinite") || statOf(frame, layer, stat) > 0;
  });

/** Which layer and step, what share of the gradient arrives, and every figure with its meaning. */
export function explainLayer(info: RunInfo, frame: Frame, layer: number, stale: boolean): Markdown {
  const { path = "", type = "" } = info.layers[layer] ?? {};
  const share = SHARE_TEXT[shareOf(frame, layer, info.layers.length - 1)];
  const title = markdown`**${layerName(path)}** · ${type} · step `;
  const when = `${count(frame.step)}${stale ? " · stale: the model or its data have changed since this run" : ""}`;
  const rows = shown(info, frame, layer).map((row) => tableRow(frame, layer, row));
  return ownMarkdown(`${title}${when}\n\n${share}\n\n| | | |\n|---|--:|---|\n${rows.join("\n")}`);
}

const tableRow = (frame: Frame, layer: number, { stat, name, show, meaning }: Row): string =>
  `| ${name} | ${show(statOf(frame, layer, stat))} | ${meaning} |`;

/** The two ends of a repeated declaration, first and last repetition. */
export function explainLayers(
  info: RunInfo,
  frame: Frame,
  layers: readonly number[],
  stale: boolean,
): Markdown {
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined || last === undefined) return ownMarkdown("");
  const one = explainLayer(info, frame, first, stale);
  if (first === last) return one;
  return ownMarkdown(`${one}\n\n---\n\n${explainLayer(info, frame, last, stale)}`);
}

/** The lens's tooltip, one line: its figures' meaning, and what a click does. */
export const LENS_HINTS = {
  gradients:
    "‖∂L/∂W‖: size of the gradient of the parameters · gain: factor by which the gradient grows on its way through · update: size of the update by size of the parameters. Click to see the layer in the panel.",
  activations:
    "dead: units that are 0 for the whole batch · saturated: outputs where the slope is below 5 % of its maximum · gain: factor by which the gradient grows on its way through. Click to see the layer in the panel.",
  shapes: "Shape of one sample before and after this layer, without the batch, and its trainable parameters.",
  run: "Train this model and see the gradients of every layer.",
  export: "Open this model as a PyTorch program with the same names, seed and batches.",
  stop: "Stop the run. What it has shown so far stays.",
  again: "The model or its data have changed since the run: run the model as it is now.",
  problems: "The model cannot run before these are solved. Click to see them.",
  result: "The latest run of this model. Click to see it in the panel.",
} as const;
