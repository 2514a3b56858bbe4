import { t } from "../../l10n/translate.ts";
import { listed, quoted } from "../../protocol/visible.ts";
import type { Param } from "../params.ts";
import { closest } from "./closest.ts";
import type { DataRequirements } from "./data.ts";
import { DataError } from "./error.ts";
import { checkInput, checkTarget } from "./fit.ts";

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
    return fits ? { value: json } : { expected: t`a column's name or number, or a list of different ones` };
  },
});

/** The columns that are used, of all that there are. */
export interface Selection {
  readonly names: readonly string[];
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
}

interface Asked {
  readonly path: string;
  readonly header: boolean;
  readonly target: readonly Column[];
  readonly columns?: readonly Column[] | undefined;
}

/** Finds the columns by the first row's fields. Throws where they are not there, or do not fit the model. */
export function selectColumns(
  first: readonly string[],
  { path, header, target, columns }: Asked,
  required: DataRequirements,
): Selection {
  const file = { file: path };
  const names = first.map((field, i) => (header ? field.trim() : String(i)));
  const find = finder(names, header, path);
  const targets = target.map(find);
  const answers = new Set(targets);
  const inputs = columns?.map(find) ?? [...names.keys()].filter((i) => !answers.has(i));
  const own = inputs.find((i) => answers.has(i));
  if (own !== undefined) {
    throw new DataError(t`named in "columns" and in "target": it would be its own answer`, {
      ...file,
      column: names[own],
    });
  }
  checkOnce(targets, '"target"', names, path);
  checkOnce(inputs, '"columns"', names, path);
  checkInput([inputs.length], required, file);
  checkTarget(required.targets === "class" && targets.length === 1 ? [] : [targets.length], required, file);
  return { names, inputs, targets };
}

/** By name and by number the same column may be meant. */
function checkOnce(columns: readonly number[], field: string, names: readonly string[], file: string): void {
  const seen = new Set<number>();
  for (const column of columns) {
    if (seen.has(column)) throw new DataError(t`named twice in ${field}`, { file, column: names[column] });
    seen.add(column);
  }
}

/** Finds the number of a column among those of the file. */
function finder(names: readonly string[], header: boolean, file: string): (column: Column) => number {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (places.has(name)) twice.add(name);
    else places.set(name, i);
  }
  return (column) => {
    if (typeof column === "number") {
      if (column < names.length) return column;
      throw new DataError(
        t`there is no column ${column}: the file has ${names.length}, 0 to ${names.length - 1}`,
        { file },
      );
    }
    if (!header) {
      throw new DataError(t`"header" is false: expected the number of a column, found ${quoted(column)}`, {
        file,
      });
    }
    const index = places.get(column);
    if (index === undefined) {
      throw new DataError(t`there is no column ${quoted(column)}${hint(column, names)}`, { file });
    }
    if (twice.has(column)) {
      throw new DataError(t`two columns are named ${quoted(column)}: give its number instead`, { file });
    }
    return index;
  };
}

function hint(column: string, names: readonly string[]): string {
  const meant = closest(column, names);
  if (meant !== undefined) return t`: did you mean ${quoted(meant)}?`;
  return t`: the file has ${listed(names)}`;
}
