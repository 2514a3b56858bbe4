import type { SequentialSpec, ModuleSpec } from "../../engine/spec.ts";
import { t } from "../../l10n/translate.ts";
import { type Entry, fresh, ORIGIN, without } from "./draft.ts";
import type { FixType } from "./fix.ts";
import { branchInit } from "./inits.ts";
import { groupOf } from "./layout.ts";
import { counted } from "./words.ts";

/** Copies below which a shortcut saves nothing. */
const FEWEST = 3;

/**
 * A `Residual` around every copy of a repeated block. Where the first copy changes the shape it stays as it is, in an entry of
 * its own in front.
 */
export const residual: FixType = ({ draft, spec }) => {
  if (spec.weights !== undefined) return undefined;
  let blocks = 0;
  const wrap = (
    entries: readonly Entry[],
    modules: readonly ModuleSpec[],
    prefix: string,
  ): readonly Entry[] =>
    entries.flatMap((entry, i): readonly Entry[] => {
      const path = prefix + (entry.name ?? String(i));
      const copies = copiesOf(modules, path);
      if (!isBlock(entry) || copies.length < FEWEST) return [entry];
      const [first, ...others] = copies;
      if (!others.every(keepsShape)) return [entry];
      const all = first !== undefined && keepsShape(first);
      const repeat = copies.length - (all ? 0 : 1);
      blocks += repeat;
      const branch = (entry.layers ?? []).map((layer) =>
        groupOf(layer.type) === "weights" && !normalises(entry)
          ? { ...layer, init: branchInit(repeat) }
          : layer,
      );
      const block = { type: "Residual", ...entry, ...(!all && { repeat }), layers: branch, [ORIGIN]: i };
      if (all) return [block];
      const { repeat: _, ...front } = fresh(entry);
      return [{ name: freeName(`${entry.name ?? "block"}_in`, entries), ...without(front, "name") }, block];
    });
  const layers = wrap(draft.layers, spec.layers, "");
  if (blocks === 0) return undefined;
  return {
    title: t`Put a shortcut around each of ${counted(blocks, "block")} (Residual)`,
    draft: { ...draft, layers },
  };
};

/** A block that is repeated as it is: one layer after the other, with weights among them. */
const isBlock = ({ type = "Sequential", layers = [], repeat = 1 }: Entry): boolean =>
  repeat >= FEWEST && type === "Sequential" && layers.some((layer) => groupOf(layer.type) === "weights");

const normalises = ({ layers = [] }: Entry): boolean =>
  layers.some(({ type }) => groupOf(type) === "normalisation");

function copiesOf(modules: readonly ModuleSpec[], path: string): readonly SequentialSpec[] {
  const block = modules.find((module) => module.path === path);
  if (block?.kind !== "sequential") return [];
  return block.layers.filter((copy) => copy.kind === "sequential");
}

const keepsShape = ({ input, output }: ModuleSpec): boolean => input.join() === output.join();

function freeName(wanted: string, entries: readonly Entry[]): string {
  const taken = new Set(entries.map(({ name }) => name));
  let name = wanted;
  while (taken.has(name)) name += "_";
  return name;
}
