import type { Selection, Declared } from "../engine/params.ts";
import type { Json, Member, Place } from "./json.ts";
import { found, memberOf, quote } from "./json.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";
import { readParams } from "./values.ts";

/** A table from which the file chooses one row by `type`, and how messages call it. */
export interface Menu {
  /** First part of the problems' codes, and the field's name: `optimizer`. */
  readonly field: string;
  /** How a message calls a row: `optimizer`. */
  readonly noun: string;
  readonly rows: Readonly<Record<string, Declared>>;
  /** Other names of rows. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Fields of the object that belong to no row. */
  readonly others?: readonly string[];
}

const NO_MEMBERS: ReadonlyMap<string, Member> = new Map();

/** What is written as a name, or as an object with a `type`; `undefined` where it is wrong, which has been reported. */
export function readChoice(menu: Menu, json: Json, report: Report): Selection | undefined {
  const type = typeOf(menu, json, report);
  const row = type && lookUp(menu, type.value, type, report);
  if (!row) return undefined;
  const owner = { code: menu.field, title: row.type, at: type, others: ["type", ...(menu.others ?? [])] };
  const members = json.kind === "object" ? json.members : NO_MEMBERS;
  const params = readParams(row.declared.params, members, owner, report);
  return params && { type: row.type, params };
}

/** Where a problem of the choice as a whole is reported: its type. */
export const placeOfChoice = (json: Json): Place => memberOf(json, "type") ?? json;

type Text = Place & { readonly value: string };

function typeOf({ field, noun, rows }: Menu, json: Json, report: Report): Text | undefined {
  if (json.kind === "string") return json;
  if (json.kind === "broken") return undefined;
  const example = JSON.stringify(Object.keys(rows).at(0) ?? noun);
  if (json.kind !== "object") {
    const message = `${field}: expected a name such as ${example}, or an object with a "type", found ${found(json)}`;
    report({ code: `${field}.wrong-value`, at: json, message });
    return undefined;
  }
  const type = json.members.get("type")?.value;
  if (!type)
    report({ code: `${field}.missing`, at: json, message: `${field} needs a "type" such as ${example}` });
  else if (type.kind === "string") return type;
  else if (type.kind !== "broken") {
    const message = `type: expected the name of ${article(noun)} such as ${example}, found ${found(type)}`;
    report({ code: `${field}.wrong-value`, at: type, message });
  }
  return undefined;
}

function lookUp({ field, noun, rows, aliases = {} }: Menu, name: string, at: Place, report: Report) {
  const type = Object.hasOwn(aliases, name) ? aliases[name] : name;
  const declared = Object.hasOwn(rows, type) ? rows[type] : undefined;
  if (declared) return { type, declared };
  const names = Object.keys(rows);
  const guess = closest(name, [...names, ...Object.keys(aliases)]);
  report({
    code: `${field}.unknown-type`,
    at,
    message: `unknown ${noun} ${quote(name)}${ask(guess) || `: expected one of ${names.join(", ")}`}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
  return undefined;
}

export const article = (noun: string): string => (/^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`);
