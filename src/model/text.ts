import type { Node, ParseError } from "jsonc-parser";
import { parseTree } from "jsonc-parser";
import { danger } from "./guard.ts";
import type { Json, JsonObject, Member, Place, Range } from "./json.ts";
import { quote } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Report } from "./report.ts";
import { syntaxFindings } from "./syntax.ts";

export interface JsonText {
  /** Absent where the text holds no value at all, or is too dangerous to parse. */
  readonly root: Json | undefined;
  /** The text is JSON from end to end. */
  readonly whole: boolean;
}

/** The file's text as JSON with comments and trailing commas. Mistakes are reported, and cost only the value they are in. */
export function readJson(text: string, report: Report): JsonText {
  const refusal = danger(text);
  if (refusal) {
    report(refusal);
    return { root: undefined, whole: false };
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const root = tree && convert(tree, undefined, "", { text, report });
  syntaxFindings(text, root, errors).forEach(report);
  return { root, whole: errors.length === 0 };
}

interface Source {
  readonly text: string;
  readonly report: Report;
}

function convert(node: Node, parent: Place | undefined, key: string | number, source: Source): Json {
  const place: Place = { ...rangeOf(node, source), parent, key };
  switch (node.type) {
    case "object":
      return object(node, place, source);
    case "array":
      return array(node.children ?? [], place, source);
    case "string":
      return Object.assign(place, { kind: "string", value: String(node.value) } as const);
    case "boolean":
      return Object.assign(place, { kind: "boolean", value: node.value === true } as const);
    case "null":
      return Object.assign(place, { kind: "null" } as const);
    case "number":
      return number(Number(node.value), place, source);
    case "property":
      return Object.assign(place, { kind: "broken" } as const);
    default:
      return node.type satisfies never;
  }
}

/** A node that the parser could not finish reaches to the end of the text. */
function rangeOf({ offset, length }: Node, { text }: Source): Range {
  const start = Math.min(offset, text.length);
  return { offset: start, length: length < 0 ? text.length - start : Math.min(length, text.length - start) };
}

// The children of an object or array need their parent before it is complete: it is made first and filled then.
function array(children: readonly Node[], place: Place, source: Source): Json {
  const items: Json[] = [];
  const json = Object.assign(place, { kind: "array", items } as const);
  for (const [i, child] of children.entries()) items.push(convert(child, json, i, source));
  return json;
}

function object({ children = [] }: Node, place: Place, source: Source): JsonObject {
  const members = new Map<string, Member>();
  const json = Object.assign(place, { kind: "object", members } as const);
  for (const { children: [nameNode, valueNode] = [] } of children) {
    if (!nameNode) continue;
    const name = String(nameNode.value);
    const nameAt: Place = { ...rangeOf(nameNode, source), parent: json, key: name };
    if (members.has(name)) {
      const message = `${quote(name)} is given twice in this object: the last one counts`;
      source.report({ code: "json.duplicate-key", at: nameAt, message });
    } else if (members.size === LIMITS.fields) {
      const message = `this object has more than ${grouped(LIMITS.fields)} fields, found ${grouped(children.length)}`;
      source.report({ code: "json.too-many-fields", at: nameAt, message });
      break;
    }
    const value = valueNode
      ? convert(valueNode, json, name, source)
      : ({ ...nameAt, kind: "broken" } as const);
    members.set(name, { name: nameAt, value });
  }
  return json;
}

function number(value: number, place: Place, { text, report }: Source): Json {
  if (Number.isFinite(value)) return Object.assign(place, { kind: "number", value } as const);
  const written = text.slice(place.offset, place.offset + place.length);
  report({
    code: "json.not-finite",
    at: place,
    message: `${quote(written).slice(1, -1)} is not a finite number`,
  });
  return Object.assign(place, { kind: "broken" } as const);
}
