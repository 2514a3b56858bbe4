import type { Node } from "jsonc-parser";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { danger } from "./guard.ts";
import { insertChild, movedLines, removeChild, type TextEdit } from "./editText.ts";
import { oneLine } from "./oneLine.ts";

type Path = readonly (string | number)[];

/** A change of a file, by JSON path. */
export type Change =
  /** Replaces the value, or adds it with all that is missing around it. A name on the way becomes an object with that `type`. */
  | {
      readonly kind: "set";
      readonly path: Path;
      readonly value: unknown;
      /** Where a new field stands among those of its object; absent: behind them. */
      readonly index?: number;
    }
  /** Puts a value into a list, before the one that has the path's last index now, or behind the last. */
  | { readonly kind: "insert"; readonly path: Path; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: Path }
  /** Adds a field with the text that another value of the file has, its comments included. */
  | { readonly kind: "copy"; readonly path: Path; readonly from: Path };

/**
 * The edits of the text that make the changes one after the other, and leave every comment and all other layout as
 * they are; `undefined` where a path does not fit the text.
 */
export function editsFor(text: string, changes: readonly Change[]): readonly TextEdit[] | undefined {
  if (changes.length === 1) return editsOf(text, changes[0]);
  let changed = text;
  for (const change of changes) {
    const edits = editsOf(changed, change);
    if (!edits) return undefined;
    changed = applyEdits(changed, edits);
  }
  return difference(text, changed);
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const backwards = [...edits].sort((a, b) => b.offset - a.offset);
  return backwards.reduce(
    (t, { offset, length, content }) => t.slice(0, offset) + content + t.slice(offset + length),
    text,
  );
}

/** One edit for what lies between the first and the last character that differ. */
function difference(before: string, after: string): readonly TextEdit[] {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [
    { offset: start, length: before.length - start - end, content: after.slice(start, after.length - end) },
  ];
}

function editsOf(text: string, change: Change): readonly TextEdit[] | undefined {
  const root = danger(text) ? undefined : parseTree(text, [], { allowTrailingComma: true });
  if (!root || change.path.length === 0) return undefined;
  switch (change.kind) {
    case "set":
      return set(text, root, change);
    case "insert": {
      const list = nodeAt(root, change.path.slice(0, -1));
      const index = change.path[change.path.length - 1];
      if (list?.type !== "array" || typeof index !== "number") return undefined;
      return insertChild(text, list, index, oneLine(change.value));
    }
    case "remove": {
      const node = nodeAt(root, change.path);
      const child = node?.parent?.type === "property" ? node.parent : node;
      return child?.parent && removeChild(text, child.parent, child);
    }
    case "copy": {
      const [parent, source] = [nodeAt(root, change.path.slice(0, -1)), nodeAt(root, change.from)];
      if (parent?.type !== "object" || !source) return undefined;
      const copied = movedLines(text, source, parent);
      const content = `${JSON.stringify(change.path[change.path.length - 1])}: ${copied}`;
      return insertChild(text, parent, parent.children?.length ?? 0, content);
    }
    default:
      return change satisfies never;
  }
}

function set(
  text: string,
  root: Node,
  { path, value, index }: Change & { readonly kind: "set" },
): readonly TextEdit[] | undefined {
  const node = nodeAt(root, path);
  if (node) return [replace(node, value)];
  let depth = path.length - 1;
  let parent = nodeAt(root, path.slice(0, depth));
  while (!parent && depth > 0) parent = nodeAt(root, path.slice(0, --depth));
  if (!parent) return undefined;
  const [key, ...inner] = path.slice(depth);
  const nested = nest(inner, value);
  if (parent.type === "object" && typeof key === "string") {
    return insertChild(
      text,
      parent,
      (inner.length === 0 ? index : undefined) ?? parent.children?.length ?? 0,
      `${JSON.stringify(key)}: ${oneLine(nested)}`,
    );
  }
  if (parent.type === "array" && typeof key === "number") {
    return insertChild(text, parent, parent.children?.length ?? 0, oneLine(nested));
  }
  if (parent.type === "string" && typeof key === "string") {
    return [replace(parent, { type: parent.value as unknown, [key]: nested })];
  }
  return undefined;
}

const replace = ({ offset, length }: Node, value: unknown): TextEdit => ({
  offset,
  length,
  content: oneLine(value),
});

const nodeAt = (root: Node, path: Path): Node | undefined => findNodeAtLocation(root, [...path]);

const nest = (path: Path, value: unknown): unknown =>
  path.reduceRight((inner: unknown, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);
