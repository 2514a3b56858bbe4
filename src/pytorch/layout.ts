import { INDENT, indented } from "./python.ts";

/** A call, a list or the like: `open` items `close`. */
export interface Group {
  readonly open: string;
  readonly items: readonly Expression[];
  readonly close: string;
  /** What stands between the items; a comma unless said otherwise. */
  readonly separator?: "" | ",";
}

export type Expression = string | Group;

/** Columns of a line. */
export const WIDTH = 100;

/** On one line, however long. */
export function flat(expression: Expression): string {
  if (typeof expression === "string") return expression;
  const { open, items, close, separator = "," } = expression;
  return open + items.map(flat).join(`${separator} `) + close;
}

/** The expression behind a text that stays on its first line. */
export function prefixed(before: string, expression: Expression): Expression {
  return typeof expression === "string"
    ? before + expression
    : { ...expression, open: before + expression.open };
}

/** Lines of an expression of which none is longer than `room`, where that can be. */
export function format(expression: Expression, room: number): readonly string[] {
  const line = flat(expression);
  if (typeof expression === "string" || line.length <= room) return [line];
  const { open, items, close, separator = "," } = merged(expression);
  const inner = items.flatMap((item) => {
    const lines = format(item, room - INDENT.length - separator.length);
    return [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${separator}`];
  });
  return [open, ...indented(inner), close];
}

/** A group within a group, and nothing else in it, opens and closes with it. */
function merged(group: Group): Group {
  const [only, ...others] = group.items;
  if (typeof only === "string" || !only || others.length > 0) return group;
  return { ...only, open: group.open + only.open, close: only.close + group.close };
}
