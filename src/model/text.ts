import type { Node, ParseError } from "jsonc-parser";
import { parseTree } from "jsonc-parser";
import { t } from "../l10n/translate.ts";
import { danger } from "./guard.ts";
import type { Json, JsonObject, Member, Place, Range } from "./json.ts";
import { quote } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Report } from "./report.ts";
import { segmentsOf, type Segment } from "./segments.ts";
import { syntaxFindings } from "./syntax.ts";

export interface JsonText {
  /** Absent where the text holds no value at all, or is too dangerous to parse. */
  readonly root: Json | undefined;
  /** The text is JSON from end to end. */
  readonly complete: boolean;
}

/** A model's object as it was read, with the text that it was read from. */
interface Known {
  readonly text: string;
  readonly json: Json;
}

/**
 * Reads a file's text as JSON with comments and trailing commas, again and again: objects of models whose text is what it was
 * stay the same, and only move. Mistakes are reported, and cost only the value they are in.
 */
export class JsonReader {
  #known = new Map<string, Known>();

  read(text: string, report: Report): JsonText {
    const refusal = danger(text);
    if (refusal) {
      report(refusal);
      return { root: undefined, complete: false };
    }
    const root = this.#inParts(text, report);
    if (root) return { root, complete: true };
    const errors: ParseError[] = [];
    const tree = parse(text, errors);
    const all = tree && convert(tree, undefined, "", { text, report, offsetOf: (offset) => offset });
    syntaxFindings(text, all, errors).forEach(report);
    return { root: all, complete: errors.length === 0 };
  }

  /** Model by model; `undefined`, and nothing reported, where the text has to be read as one. */
  #inParts(text: string, report: Report): Json | undefined {
    const segments = segmentsOf(text);
    if (!segments || segments.length === 0) return undefined;
    const errors: ParseError[] = [];
    const tree = parse(skeleton(text, segments), errors);
    if (!tree || errors.length > 0) return undefined;

    const parts = new Map<number, Segment & { readonly node: Node | undefined; readonly known?: Known }>();
    for (const segment of segments) {
      const known = this.#known.get(nameIn(text, segment));
      const same = known?.text === text.slice(segment.start, segment.end);
      const node = same ? undefined : parse(text.slice(segment.body, segment.end), errors);
      if (errors.length > 0) return undefined;
      parts.set(segment.body, { ...segment, node, ...(same && { known }) });
    }

    const read = new Map<string, Known>();
    const partAt = (offset: number, parent: Place, key: string | number): Json | undefined => {
      const part = parts.get(offset);
      if (!part) return undefined;
      let valid = true;
      const tell: Report = (finding) => {
        valid = false;
        report(finding);
      };
      const { known, node, start, body, end } = part;
      const json = known
        ? move(known.json, parent, body)
        : node && convert(node, parent, key, { text, report: tell, offsetOf: (at) => at + body });
      // What had something to report is read anew next time, and says it again.
      if (json && valid) read.set(nameIn(text, part), { text: text.slice(start, end), json });
      return json;
    };
    const root = convert(tree, undefined, "", { text, report, offsetOf: behind(segments), partAt });
    this.#known = read;
    return root;
  }
}

const parse = (text: string, errors: ParseError[]): Node | undefined =>
  parseTree(text, errors, { allowTrailingComma: true });

/** The name as it is written, with its quotes. */
const nameIn = (text: string, { start, body }: Segment): string => text.slice(start, body);

/** The text with `{}` for every model's object. */
function skeleton(text: string, segments: readonly Segment[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { body, end } of segments) {
    parts.push(text.slice(at, body + 1));
    at = end - 1;
  }
  return parts.join("") + text.slice(at);
}

/** Offsets of the skeleton as offsets of the text. They are asked for in any order. */
function behind(segments: readonly Segment[]): (offset: number) => number {
  let removed = 0;
  const cuts = segments.map(({ body, end }) => {
    const at = body + 1 - removed;
    removed += end - body - 2;
    return { at, removed };
  });
  return (offset) => {
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cuts[middle].at <= offset) low = middle + 1;
      else high = middle;
    }
    return offset + (cuts[low - 1]?.removed ?? 0);
  };
}

type Movable = { -readonly [K in keyof Place]: Place[K] };

/** The same objects at another place of another text: nobody but the reader holds them from one text to the next. */
function move(json: Json, parent: Place, offset: number): Json {
  const delta = offset - json.offset;
  const top: Movable = json;
  top.parent = parent;
  if (delta !== 0) shift(json, delta);
  return json;
}

function shift(json: Json, delta: number): void {
  const place: Movable = json;
  place.offset += delta;
  if (json.kind === "array") for (const item of json.items) shift(item, delta);
  if (json.kind !== "object") return;
  for (const { name, value } of json.members.values()) {
    const at: Movable = name;
    at.offset += delta;
    shift(value, delta);
  }
}

interface Source {
  /** All of it. */
  readonly text: string;
  readonly report: Report;
  /** A node's offset in the text. */
  offsetOf(offset: number): number;
  /** What stands at this offset of the text, where it is read apart. */
  readonly partAt?: (offset: number, parent: Place, key: string | number) => Json | undefined;
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
function rangeOf({ offset, length }: Node, { text, offsetOf }: Source): Range {
  const start = Math.min(offsetOf(offset), text.length);
  const end = length < 0 ? text.length : Math.min(offsetOf(offset + length), text.length);
  return { offset: start, length: end - start };
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
      const message = t`${quote(name)} is given twice in this object: the last one counts`;
      source.report({ code: "json.duplicate-key", at: nameAt, message });
    } else if (members.size === LIMITS.fields) {
      const message = t`this object has more than ${grouped(LIMITS.fields)} fields, found ${grouped(children.length)}`;
      source.report({ code: "json.too-many-fields", at: nameAt, message });
      break;
    }
    const value = valueNode
      ? valueOf(valueNode, json, name, source)
      : ({ ...nameAt, kind: "broken" } as const);
    members.set(name, { name: nameAt, value });
  }
  return json;
}

const valueOf = (node: Node, parent: Place, key: string, source: Source): Json =>
  source.partAt?.(source.offsetOf(node.offset), parent, key) ?? convert(node, parent, key, source);

function number(value: number, place: Place, { text, report }: Source): Json {
  if (Number.isFinite(value)) return Object.assign(place, { kind: "number", value } as const);
  const written = text.slice(place.offset, place.offset + place.length);
  report({
    code: "json.not-finite",
    at: place,
    message: t`${quote(written).slice(1, -1)} is not a finite number`,
  });
  return Object.assign(place, { kind: "broken" } as const);
}
