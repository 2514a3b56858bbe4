import type { FixName } from "../../src/protocol/fixNames.ts";
import { DataStore } from "../../src/worker/dataStore.ts";
import { tryFixes } from "../../src/worker/trials.ts";
import { isNumberless, labelled, type Labelled } from "./labelled.ts";

/** What *Try Fixes* made of one sick model. */
export interface Repaired {
  readonly name: string;
  /** The model as it is was sick in the three seeds that fixes are proven with; else it counts for nothing. */
  readonly sick: boolean;
  /** A fix was offered: it was better in every seed. */
  readonly offered: boolean;
  /** With it the model ended well in every seed, by the label and not by what the product takes for well. */
  readonly well: boolean;
  readonly fixes: readonly FixName[];
  /** In runs of the whole model. */
  readonly cost: number;
}

/** Data are read once for all candidates. */
const KEPT_BYTES = 2 ** 28;

/** Tries fixes as the editor and `gradlens fix` do. */
export async function repair({ name, kind, model, well }: Labelled, folder: string): Promise<Repaired> {
  const text = JSON.stringify({ version: 1, models: { m: model } }, undefined, 2);
  const location = { file: `${folder}/m.gradlens.json`, root: folder };
  const { original, best, cost } = await tryFixes(
    { text, model: "m", location, options: { threads: 1 } },
    { store: new DataStore(KEPT_BYTES) },
  );
  const isWell = ({ relative }: { readonly relative: number }): boolean => relative < (well ?? 0);
  return {
    name,
    sick: isNumberless(kind) || !original.measures.some(isWell),
    offered: best !== undefined,
    well: best?.measures.every(isWell) ?? false,
    fixes: best?.fixes.map((fix) => fix.name) ?? [],
    cost,
  };
}

/** Those of which it is known what a good loss is, so that it can be told whether they are repaired. */
export const repairable: readonly Labelled[] = labelled.filter(
  ({ sick, well, kind }) => sick && well !== null && kind !== "shuffled",
);
