import type { Entry } from "./entry.ts";
import type { Range } from "./json.ts";
import { pathOf } from "./json.ts";

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
