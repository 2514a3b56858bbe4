import { listed, quoted } from "../../protocol/visible.ts";
import type { Param } from "../params.ts";
import { closest } from "./closest.ts";
import { DataError } from "./error.ts";

/** A column of a table: its name, or its number from 0. */
export type Column = string | number;

const one = { anyOf: [{ type: "string" }, { type: "integer", minimum: 0 }] };

const isColumn = (json: unknown): json is Column =>
  typeof json === "string" ? json !== "" : Number.isSafeInteger(json) && (json as number) >= 0;

/** A column or a list of them, always read as the list. */
export const columns = (doc: string): Param<readonly Column[]> => ({
  doc,
  schema: { anyOf: [...one.anyOf, { type: "array", items: one, minItems: 1, uniqueItems: true }] },
  required: true,
  read(json) {
    if (isColumn(json)) return { value: [json] };
    const fits =
      Array.isArray(json) && json.length > 0 && json.every(isColumn) && new Set(json).size === json.length;
    return fits ? { value: json } : { expected: "a column's name or number, or a list of different ones" };
  },
});

/** Number of a column among those of the file. */
export function indexOf(column: Column, names: readonly string[], header: boolean, file: string): number {
  if (typeof column === "number") {
    if (column < names.length) return column;
    throw new DataError(
      `there is no column ${column}: the file has ${names.length}, 0 to ${names.length - 1}`,
      { file },
    );
  }
  if (!header) {
    throw new DataError(`"header" is false: expected the number of a column, found ${quoted(column)}`, {
      file,
    });
  }
  const index = names.indexOf(column);
  if (index < 0) throw new DataError(`there is no column ${quoted(column)}${hint(column, names)}`, { file });
  if (names.indexOf(column, index + 1) >= 0) {
    throw new DataError(`two columns are named ${quoted(column)}: give its number instead`, { file });
  }
  return index;
}

function hint(column: string, names: readonly string[]): string {
  const meant = closest(column, names);
  if (meant !== undefined) return `: did you mean ${quoted(meant)}?`;
  return `: the file has ${listed(names)}`;
}
