import type { Entry } from "./entry.ts";
import type { Range } from "./json.ts";
import { pathOf } from "./json.ts";
import type { Parsed, ParsedModel } from "./parse.ts";

/** A layer's object in the text, and the rows that it stands for. */
export interface Declaration extends Range {
  /** Where in the file's JSON: `["models", "m", "layers", 0]`. */
  readonly path: readonly (string | number)[];
  /** What to underline: the value of `type`, else the word `layers`. */
  readonly anchor: Range;
  /** Its type, `Sequential` where it has only `layers`; empty where it is not known. */
  readonly type: string;
  /** Paths of its rows, in order. A layer within a repeated block stands for many, a `Sequential` for none. */
  readonly paths: readonly string[];
}

/** One for every entry that is an object, in the order of the text. */
export function declare(
  entries: readonly Entry[],
  paths: ReadonlyMap<Entry, readonly string[]>,
): readonly Declaration[] {
  return entries.flatMap((entry) => {
    const inner = entry.kind === "layer" ? [] : declare(entry.layers, paths);
    const beside = entry.kind === "residual" && entry.shortcut.kind === "layers" ? entry.shortcut.layers : [];
    const all = [...inner, ...declare(beside, paths)].sort((a, b) => a.offset - b.offset);
    return entry.at.kind === "object" ? [declaration(entry, paths.get(entry) ?? []), ...all] : all;
  });
}

const declaration = ({ at, anchor, type }: Entry, paths: readonly string[]): Declaration => ({
  path: pathOf(at),
  offset: at.offset,
  length: at.length,
  anchor: { offset: anchor.offset, length: anchor.length },
  type,
  paths,
});

/**
 * Where the row at `path` of a model is declared. A row that has no object of its own (a projection) is declared
 * where the innermost block around it is.
 */
export function declarationOf(parsed: Parsed, model: string, path: string): Declaration | undefined {
  const found = parsed.models.find(({ name }) => name === model);
  const byPath = found && indexOf(found);
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const declaration = byPath?.get(at);
    if (declaration) return declaration;
  }
  return undefined;
}

/** Findings, lenses and marks ask for every row of a model, twice a second while it runs. */
const indexes = new WeakMap<ParsedModel, ReadonlyMap<string, Declaration>>();

function indexOf(model: ParsedModel): ReadonlyMap<string, Declaration> {
  const known = indexes.get(model);
  if (known) return known;
  const index = new Map(
    model.declarations.flatMap((d) => d.paths.map((path): [string, Declaration] => [path, d])),
  );
  indexes.set(model, index);
  return index;
}

/** The innermost declaration at a place of the text, with the models it belongs to: its own, and those that extend it. */
export function declarationAt(
  parsed: Parsed,
  offset: number,
): { readonly declaration: Declaration; readonly models: readonly string[] } | undefined {
  const found = parsed.models.flatMap(({ name, declarations }) => {
    const declaration = declarations.findLast((d) => d.offset <= offset && offset < d.offset + d.length);
    return declaration ? [{ name, declaration }] : [];
  });
  const first = found.at(0);
  return first && { declaration: first.declaration, models: found.map(({ name }) => name) };
}
