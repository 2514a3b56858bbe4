import type { Change } from "../edit.ts";
import { type Entry, type Fields, ORIGIN } from "./draft.ts";

type Path = readonly (string | number)[];

/** The changes, one after the other, that make one value of the other and touch nothing that stays; `undefined` is no value. */
export function changesOf(before: unknown, after: unknown, path: Path): readonly Change[] {
  if (isSame(before, after)) return [];
  if (after === undefined) return [{ kind: "remove", path }];
  if (Array.isArray(before) && Array.isArray(after) && followsOrder(after as readonly Entry[], before.length))
    return listChanges(before as readonly Entry[], after as readonly Entry[], path);
  if (!isFields(before) || !isFields(after)) return [{ kind: "set", path, value: after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const gone = names.filter((name) => after[name] === undefined && before[name] !== undefined);
  if (gone.length === Object.keys(before).length) return [{ kind: "set", path, value: after }];
  return names
    .toSorted((a, b) => Number(gone.includes(a)) - Number(gone.includes(b)))
    .flatMap((name) => {
      if (before[name] !== undefined) return changesOf(before[name], after[name], [...path, name]);
      return after[name] === undefined ? [] : [added(before, name, after[name], path)];
    });
}

/** A new field where people write it: a `type` first; a model's `init` and `bias_init` in front of its layers. */
export function added(before: Fields, name: string, value: unknown, path: Path): Change {
  const index = name === "type" ? 0 : indexOf(name, Object.keys(before));
  return { kind: "set", path: [...path, name], value, ...(index !== undefined && { index }) };
}

function indexOf(name: string, fields: readonly string[]): number | undefined {
  const [layers, init] = [fields.indexOf("layers"), fields.indexOf("init")];
  if (name === "init" && layers >= 0) return layers;
  if (name !== "bias_init") return undefined;
  if (init >= 0) return init + 1;
  return layers >= 0 ? layers + 1 : undefined; // the `init` that comes with it has gone there just before
}

/** Entries that have stood in the list keep their order, and there is at least one: else the list is written anew. */
function followsOrder(after: readonly Entry[], length: number): boolean {
  const origins = after.flatMap((entry) =>
    isFields(entry) && entry[ORIGIN] !== undefined ? [entry[ORIGIN]] : [],
  );
  return (
    origins.length > 0 && origins.every((at, i) => at < length && (i === 0 || at > (origins[i - 1] ?? -1)))
  );
}

/**
 * First what changes within entries that stay, and what takes the place of others, where they stand; then what goes, from the
 * end; then what comes.
 */
function listChanges(before: readonly Entry[], after: readonly Entry[], path: Path): readonly Change[] {
  const successors = successorsOf(before, after);
  const succeeds = new Set(successors);
  return [
    ...before.flatMap((entry, i) => {
      const now = successors[i];
      if (now === undefined) return [];
      const at = [...path, i];
      return now[ORIGIN] === undefined ? [set(at, now)] : changesOf(entry, now, at);
    }),
    ...before
      .map((_, i): Change => ({ kind: "remove", path: [...path, i] }))
      .filter((_, i) => successors[i] === undefined)
      .toReversed(),
    ...after.flatMap((entry, i): Change[] =>
      succeeds.has(entry) ? [] : [{ kind: "insert", path: [...path, i], value: entry }],
    ),
  ];
}

const set = (path: Path, value: unknown): Change => ({ kind: "set", path, value });

/** What every entry becomes: itself, changed or not; or the new one that stands between the same neighbours; or nothing. */
function successorsOf(before: readonly Entry[], after: readonly Entry[]): readonly (Entry | undefined)[] {
  const kept = new Map(after.map((entry) => [entry[ORIGIN], entry]));
  let next = 0;
  return before.map((_, i) => {
    const same = kept.get(i);
    if (same) {
      next = after.indexOf(same) + 1;
      return same;
    }
    const other = after[next];
    if (other?.[ORIGIN] !== undefined) return undefined;
    next++;
    return other;
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equal as JSON, whatever the order of the fields. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isFields(a) || !isFields(b)) return a === b;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(a[name], b[name]));
}
