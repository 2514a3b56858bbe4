import type { Node } from "jsonc-parser";

/** Replaces `length` characters from `offset` on. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** Puts `content` into an object or a list as its child number `index`, on a line of its own where its neighbour has one. */
export function insertChild(text: string, parent: Node, index: number, content: string): readonly TextEdit[] {
  const children = parent.children ?? [];
  if (children.length === 0) return intoEmpty(text, parent, content);
  const before = children.at(Math.min(index, children.length) - 1);
  if (index === 0 || !before) return first(text, parent, children[0], content);

  const end = endOf(before);
  const comma = commaAfter(text, end);
  const line =
    indentOf(text, before) === undefined ? undefined : endOfLine(text, comma === undefined ? end : comma + 1);
  if (line === undefined) return [insert(end, `, ${content}`)];
  const added = `${newLine(text)}${indentOf(text, before)}${content}`;
  if (comma !== undefined) return [insert(line, `${added},`)];
  return line === end ? [insert(end, `,${added}`)] : [insert(end, ","), insert(line, added)];
}

function first(text: string, parent: Node, next: Node, content: string): readonly TextEdit[] {
  const indent = indentOf(text, next);
  const line = indent === undefined ? undefined : endOfLine(text, parent.offset + 1);
  if (line === undefined) return [insert(next.offset, `${content}, `)];
  return [insert(line, `${newLine(text)}${indent}${content},`)];
}

function intoEmpty(text: string, { offset, length, type }: Node, content: string): readonly TextEdit[] {
  const space = type === "object" ? " " : "";
  const inside = text.slice(offset + 1, offset + length - 1);
  if (inside.trim() !== "") return [insert(offset + 1, ` ${content}`)];
  return [{ offset: offset + 1, length: inside.length, content: space + content + space }];
}

/** Takes a child out with the comma that it no longer needs, and with its line where it has one of its own. */
export function removeChild(text: string, parent: Node, child: Node): readonly TextEdit[] {
  const children = parent.children ?? [];
  const before = children.at(children.indexOf(child) - 1);
  const comma = commaAfter(text, endOf(child));
  const end = comma === undefined ? endOf(child) : comma + 1;
  const cut = lineOf(text, child.offset, end) ?? inlineOf(text, child.offset, end, comma !== undefined);
  const last = children.at(-1) === child && comma === undefined;
  const lost = last && before && before !== child ? commaAfter(text, endOf(before)) : undefined;
  if (lost === undefined) return [cut];
  if (lost >= cut.offset - 1) return [{ ...cut, offset: lost, length: cut.offset + cut.length - lost }];
  return [{ offset: lost, length: 1, content: "" }, cut];
}

/** The whole lines from `start` to `end`, where nothing else is on them. */
function lineOf(text: string, start: number, end: number): TextEdit | undefined {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const to = /[ \t]*(\r?\n|$)/y;
  to.lastIndex = end;
  const rest = to.exec(text)?.[0];
  if (from === 0 || text.slice(from, start).trim() !== "" || rest === undefined) return undefined;
  return { offset: from, length: end + rest.length - from, content: "" };
}

/** With the space behind its comma, else with that before it. */
function inlineOf(text: string, start: number, end: number, comma: boolean): TextEdit {
  let [from, to] = [start, end];
  if (comma) while (text[to] === " ") to++;
  else while (text[from - 1] === " ") from--;
  return { offset: from, length: to - from, content: "" };
}

/** The text of a value, its lines indented as they have to be for a field of `parent` instead of where they stand. */
export function movedLines(text: string, source: Node, parent: Node): string {
  const own = text.slice(source.offset, source.offset + source.length);
  const neighbour = parent.children?.at(-1);
  const to = (neighbour && indentOf(text, neighbour)) ?? lineIndent(text, parent.offset);
  const from = lineIndent(text, source.offset);
  if (from === to) return own;
  return own.replace(/\n([ \t]*)/g, (line, space: string) =>
    space.startsWith(from) ? `\n${to}${space.slice(from.length)}` : line,
  );
}

/** The space at the beginning of the line that `offset` is in. */
function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /[ \t]*/y.exec(text.slice(start, offset))?.[0] ?? "";
}

const insert = (offset: number, content: string): TextEdit => ({ offset, length: 0, content });

const endOf = ({ offset, length }: Node): number => offset + length;

const newLine = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** The space before a node that begins its line; `undefined` where something else stands before it. */
function indentOf(text: string, { offset }: Node): string | undefined {
  const before = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return before.trim() === "" && before.length < offset ? before : undefined;
}

const COMMENT = String.raw`\/\/[^\r\n]*|\/\*[^]*?\*\/`;

/** Offset of the comma that follows, comments aside. */
function commaAfter(text: string, from: number): number | undefined {
  const pattern = new RegExp(`(?:\\s|${COMMENT})*,`, "y");
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : undefined;
}

/** Where the line ends, when nothing but comments follows; `undefined` where anything else does. */
function endOfLine(text: string, from: number): number | undefined {
  const pattern = new RegExp(`(?:[ \\t]|${COMMENT})*(?=\\r?\\n|$)`, "y");
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
