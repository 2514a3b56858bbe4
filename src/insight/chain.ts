import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";
import type { LayerInfo } from "../protocol/run.ts";

/** Neighbouring layers that belong together, `block.7.0` and `block.7.1`, with the name of what they make up. */
export interface Group {
  readonly label: string;
  /** Index of the first layer and of the last. */
  readonly from: number;
  readonly to: number;
}

/** The layers in order, those of one block taken together; a layer outside any block is a group of its own. */
export function groupsOf(layers: readonly LayerInfo[]): readonly Group[] {
  const groups: Group[] = [];
  for (const [i, { path }] of layers.entries()) {
    const label = blockOf(path);
    const last = groups.at(-1);
    if (last?.label === label) groups[groups.length - 1] = { ...last, to: i };
    else groups.push({ label, from: i, to: i });
  }
  return groups;
}

/** `stage.1.conv.0` → `stage.1`, `encoder.norm` → `encoder`, `head` → `head` */
function blockOf(path: string): string {
  const names = path.split(".");
  const index = names.findIndex((name) => /^\d+$/.test(name));
  if (index < 0) return names[0] ?? path;
  return names.slice(0, index + 1).join(".");
}

/** Repetitions of one block: `block.0` … `block.19`. */
export interface Repetition {
  /** What one repetition is called: `block`; `layer` where it has no name. */
  readonly noun: string;
  readonly groups: readonly Group[];
}

/** The longest run of groups that repeat one thing, by name and by the types of their layers; `undefined` below three. */
export function repetitionOf(
  layers: readonly LayerInfo[],
  groups = groupsOf(layers),
): Repetition | undefined {
  const kindOf = ({ label, from, to }: Group): string =>
    [stemOf(label), ...layers.slice(from, to + 1).map(({ type }) => type)].join(" ");
  let best: Group[] = [];
  let run: Group[] = [];
  for (const group of groups) {
    run = run[0] && kindOf(run[0]) === kindOf(group) ? [...run, group] : [group];
    if (run.length > best.length) best = run;
  }
  if (!best[0] || best.length < 3) return undefined;
  return { noun: nounOf(stemOf(best[0].label)), groups: best };
}

const stemOf = (label: string): string => label.replace(/\.?\d+$/, "");

const nounOf = (stem: string): string =>
  stem === "" ? t`layer` : stem.replace(/^(block|cell|layer|stage|unit)s$/, "$1");

/**
 * Whether each row is a link of the chain from the input to the loss. What lies within a `Residual` is not: the
 * block's own row stands for it, shortcut included.
 */
export function chainOf(layers: readonly LayerInfo[]): readonly boolean[] {
  const blocks = layers.filter(({ type }) => type === "Residual").map(({ path }) => `${path}.`);
  return layers.map(({ path }) => !blocks.some((prefix) => path.startsWith(prefix)));
}

/**
 * Π gain_k over the links of the chain from each layer to the last: what reaches the layer's input, as a part of what the
 * loss sends. NaN at rows within a `Residual`, whose own row stands for them, and before a link without a gain.
 */
export function runningProduct(layers: readonly LayerInfo[], gains: readonly number[]): readonly number[] {
  const chain = chainOf(layers);
  const products = new Array<number>(layers.length).fill(NaN);
  let product = 1;
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    if (!chain[layer]) continue;
    product *= gains[layer] ?? NaN;
    products[layer] = product;
  }
  return products;
}

/** How a sentence calls a layer: `the head`, `layer 3`, `block.0`. */
export function spoken(label: string): string {
  const name = layerName(label);
  return /[.\d]/.test(name) ? name : t`the ${name}`;
}

/** How a sentence calls the block, or the layer, that a row belongs to. */
export const nameOf = (layers: readonly LayerInfo[], row: number): string =>
  spoken(groupsOf(layers).find(({ to }) => row <= to)?.label ?? "");
