import type { ModuleSpec } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { buildAll } from "./build.ts";
import { checkCount, countRows } from "./rowCount.ts";
import type { Declaration } from "./declarations.ts";
import { declare } from "./declarations.ts";
import type { Entry, Inits } from "./entry.ts";
import type { Json, Place } from "./json.ts";
import type { Lists } from "./lists.ts";
import type { Report } from "./report.ts";
import type { Tables } from "./tables.ts";
import { checkTotals, Total } from "./totals.ts";

/** All layers of a model, unrolled. */
export interface Stack {
  readonly modules: readonly ModuleSpec[];
  /** Where its layers are declared now. */
  declarations(): readonly Declaration[];
  /** Shape of the model's output; absent where a layer is wrong. */
  readonly output: Shape | undefined;
  /** Number of trainable values. */
  readonly parameters: number;
  /** Nothing is wrong in it. */
  readonly valid: boolean;
}

interface Frame {
  readonly input: Shape | undefined;
  readonly inits: Inits;
  readonly batch: number;
  readonly tables: Tables;
  readonly lists: Lists;
  readonly report: Report;
  /** Takes the number of rows; false where the file has too many already. */
  readonly afford: (rows: number) => boolean;
}

export function buildStack(
  list: Json,
  { input, inits, batch, tables, lists, report, afford }: Frame,
): Stack | undefined {
  const { entries, valid } = lists.get(list, report);
  if (list.kind !== "array") return undefined;
  if (list.items.length === 0) {
    report({ code: "model.no-layers", at: list, message: t`layers: expected at least one layer, found []` });
  }
  if (entries.length === 0 || !checkCount(entries, report) || !afford(countRows(entries))) return undefined;

  const paths = new Map<Entry, string[]>();
  const totals = { parameters: new Total(), activations: new Total() };
  const note = (entry: Entry, path: string): void => {
    const known = paths.get(entry);
    if (known) known.push(path);
    else paths.set(entry, [path]);
  };
  const inherited = { inits, copied: false, residual: false };
  const start = { shape: input, from: undefined, layout: undefined };
  const context = { tables, report, totals, batch, refused: new Set<Place>(), note };
  const { modules, state } = buildAll(entries, "", inherited, start, context);
  checkTotals(totals, batch, report);
  if (state.shape && totals.parameters.sum === 0) {
    report({
      code: "model.no-parameters",
      at: list,
      message: t`layers: none of them has parameters to train`,
    });
  }
  const declarations = (): readonly Declaration[] => declare(entries, paths);
  return { modules, declarations, output: state.shape, parameters: totals.parameters.sum, valid };
}
