import { t } from "../l10n/translate.ts";
import { quoted } from "../protocol/visible.ts";

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Where a value was written: its range, and its JSON path as a chain towards the root. */
export interface Place extends Range {
  readonly parent: Place | undefined;
  /** Name or index within `parent`; the root's is not used. */
  readonly key: string | number;
}

export interface Member {
  readonly name: Place;
  readonly value: Json;
}

export interface JsonObject extends Place {
  readonly kind: "object";
  /** A map, so that `__proto__` and `constructor` are names like any other. */
  readonly members: ReadonlyMap<string, Member>;
}

/** A value of the file that remembers where it was written, also after `extends` has merged it into another model. */
export type Json =
  | JsonObject
  | (Place & { readonly kind: "array"; readonly items: readonly Json[] })
  | (Place & { readonly kind: "string"; readonly value: string })
  | (Place & { readonly kind: "number"; readonly value: number })
  | (Place & { readonly kind: "boolean"; readonly value: boolean })
  | (Place & { readonly kind: "null" })
  /** Has been reported already: a syntax error, or not a finite number. Nobody reports it again. */
  | (Place & { readonly kind: "broken" });

export function pathOf(place: Place): readonly (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

export const memberOf = (json: Json | undefined, name: string): Json | undefined =>
  json?.kind === "object" ? json.members.get(name)?.value : undefined;

/** The innermost value that reaches over `offset`; `json` itself where there is none. */
export function innermost(json: Json, offset: number): Json {
  const inside = ({ offset: start, length }: Range): boolean => start <= offset && offset < start + length;
  const children = json.kind === "array" ? json.items : json.kind === "object" ? valuesOf(json) : [];
  const child = children.find(inside);
  return child ? innermost(child, offset) : json;
}

const valuesOf = ({ members }: JsonObject): readonly Json[] =>
  Array.from(members.values(), ({ value }) => value);

/** Any part of it is broken. */
export function isBroken(json: Json): boolean {
  if (json.kind === "array") return json.items.some(isBroken);
  if (json.kind === "object") return valuesOf(json).some(isBroken);
  return json.kind === "broken";
}

/** Lists are long, and asked for by every model that has them through `extends`. */
const known = new WeakMap<Json, unknown>();

/** The value as JSON.parse would give it (objects without a prototype); `undefined` where any part of it is broken. */
export function plain(json: Json): unknown {
  if (json.kind !== "array") return makePlain(json);
  if (!known.has(json)) known.set(json, makePlain(json));
  return known.get(json);
}

function makePlain(json: Json): unknown {
  switch (json.kind) {
    case "string":
    case "number":
    case "boolean":
      return json.value;
    case "null":
      return null;
    case "broken":
      return undefined;
    case "array": {
      const items = json.items.map(plain);
      return items.includes(undefined) ? undefined : items;
    }
    case "object": {
      const object = Object.create(null) as Record<string, unknown>;
      for (const [name, { value }] of json.members) {
        object[name] = plain(value);
        if (object[name] === undefined) return undefined;
      }
      return object;
    }
    default:
      return json satisfies never;
  }
}

const LONGEST = 40;

/** How a message quotes what it found: the value itself where it is short, else what kind of value it is. */
export function found(json: Json): string {
  switch (json.kind) {
    case "string":
      return quote(json.value);
    case "array":
      return short(json) ?? t`a list of ${json.items.length}`;
    case "object":
      return t`an object`;
    case "null":
      return "null";
    case "broken":
      return t`a broken value`;
    case "number":
    case "boolean":
      return String(json.value);
    default:
      return json satisfies never;
  }
}

export const quote = (text: string): string => quoted(text, LONGEST);

function short(json: Json & { readonly kind: "array" }): string | undefined {
  if (json.items.length > LONGEST / 2) return undefined;
  const text = JSON.stringify(plain(json))?.replaceAll(",", ", ");
  return text !== undefined && text.length <= LONGEST ? text : undefined;
}
