import type { Selection, Declared } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import type { Json, Member, Place } from "./json.ts";
import { found, memberOf, quote } from "./json.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";
import { readParams } from "./values.ts";

/** A registry from which the file selects one entry by `type`, and how messages call it. */
export interface Registry {
  /** First part of the problems' codes, and the field's name: `optimizer`. */
  readonly field: string;
  /** How a message calls an entry: `optimizer`. */
  readonly noun: string;
  readonly entries: Readonly<Record<string, Declared>>;
  /** Other names of entries. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Fields of the object that belong to no entry. */
  readonly others?: readonly string[];
}

const NO_MEMBERS: ReadonlyMap<string, Member> = new Map();

/** What is written as a name, or as an object with a `type`; `undefined` where it is wrong, which has been reported. */
export function readSelection(registry: Registry, json: Json, report: Report): Selection | undefined {
  const type = typeOf(registry, json, report);
  const entry = type && lookUp(registry, type.value, type, report);
  if (!entry) return undefined;
  const owner = {
    code: registry.field,
    title: entry.type,
    at: type,
    others: ["type", ...(registry.others ?? [])],
  };
  const members = json.kind === "object" ? json.members : NO_MEMBERS;
  const params = readParams(entry.declared.params, members, owner, report);
  return params && { type: entry.type, params };
}

/** Where a problem of the selection as a whole is reported: its type. */
export const placeOfSelection = (json: Json): Place => memberOf(json, "type") ?? json;

type Text = Place & { readonly value: string };

function typeOf({ field, noun, entries }: Registry, json: Json, report: Report): Text | undefined {
  if (json.kind === "string") return json;
  if (json.kind === "broken") return undefined;
  const example = JSON.stringify(Object.keys(entries).at(0) ?? noun);
  if (json.kind !== "object") {
    const message = t`${field}: expected a name such as ${example}, or an object with a "type", found ${found(json)}`;
    report({ code: `${field}.wrong-value`, at: json, message });
    return undefined;
  }
  const type = json.members.get("type")?.value;
  if (!type)
    report({ code: `${field}.missing`, at: json, message: t`${field} needs a "type" such as ${example}` });
  else if (type.kind === "string") return type;
  else if (type.kind !== "broken") {
    const message = t`type: expected the name of ${article(noun)} such as ${example}, found ${found(type)}`;
    report({ code: `${field}.wrong-value`, at: type, message });
  }
  return undefined;
}

function lookUp({ field, noun, entries, aliases = {} }: Registry, name: string, at: Place, report: Report) {
  const type = Object.hasOwn(aliases, name) ? aliases[name] : name;
  const declared = Object.hasOwn(entries, type) ? entries[type] : undefined;
  if (declared) return { type, declared };
  const names = Object.keys(entries);
  const guess = closest(name, [...names, ...Object.keys(aliases)]);
  report({
    code: `${field}.unknown-type`,
    at,
    message: t`unknown ${noun} ${quote(name)}${ask(guess) || t`: expected one of ${names.join(", ")}`}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
  return undefined;
}

export const article = (noun: string): string => (/^[aeiou]/i.test(noun) ? t`an ${noun}` : t`a ${noun}`);
