import type { Json } from "../json.ts";
import { plain } from "../json.ts";

/** Where an entry stood in its list, through all copies of it: what tells a changed entry from a new one. */
export const ORIGIN = Symbol("origin");

/** One entry of a list of layers as it is written: a layer, or a block with layers of its own. */
export interface Entry {
  readonly [ORIGIN]?: number;
  readonly type?: string;
  readonly name?: string;
  readonly repeat?: number;
  readonly layers?: readonly Entry[];
  readonly shortcut?: string | readonly Entry[];
  readonly [parameter: string]: unknown;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A model as it is written, after `extends`: what a fix changes. Nothing in it is unrolled, and no default is filled in. */
export interface Draft {
  readonly layers: readonly Entry[];
  readonly [field: string]: unknown;
}

/** The draft of a model's fields, which must be free of mistakes. */
export function draftOf(fields: Json): Draft {
  const draft = { ...(plain(fields) as Fields) };
  const layers = fields.kind === "object" ? fields.members.get("layers")?.value : undefined;
  return { ...draft, layers: layers ? entriesOf(layers) : [] };
}

function entriesOf(list: Json): readonly Entry[] {
  return list.kind === "array" ? list.items.map(entryOf) : [];
}

function entryOf(json: Json, index: number): Entry {
  const members = json.kind === "object" ? json.members : undefined;
  const [layers, shortcut] = [members?.get("layers")?.value, members?.get("shortcut")?.value];
  return {
    ...(plain(json) as Entry),
    [ORIGIN]: index,
    ...(layers && { layers: entriesOf(layers) }),
    ...(shortcut?.kind === "array" && { shortcut: entriesOf(shortcut) }),
  };
}

/** An entry that is not in the text, made after one that is. */
export const fresh = ({ [ORIGIN]: _, layers, ...entry }: Entry): Entry => ({
  ...entry,
  ...(layers && { layers: layers.map(fresh) }),
});

/** A value that is written as a name or as an object with a `type`, as an object. */
export const choiceOf = (written: unknown): Fields | undefined => {
  if (typeof written === "string") return { type: written };
  return typeof written === "object" && written !== null ? (written as Fields) : undefined;
};

/** The same without some of its fields. */
export function without<T extends Fields>(fields: T, ...names: readonly string[]): T {
  if (!names.some((name) => name in fields)) return fields;
  const rest: Record<string | symbol, unknown> = { ...fields };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest as T;
}
