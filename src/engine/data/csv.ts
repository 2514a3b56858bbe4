import { boolean, optional, text, type Values } from "../params.ts";
import { columns, indexOf } from "./columns.ts";
import { fileSet, type Wants } from "./data.ts";
import { DataError } from "./error.ts";
import { checkInput, checkTarget } from "./fit.ts";
import { records, type CsvRecord } from "./formats/records.ts";
import { Table, type Selection } from "./table.ts";

const params = {
  path: text("The file, relative to the model file."),
  target: columns("Column, or columns, that the model is to predict: by name, or by number from 0."),
  columns: optional(columns("Columns that the model gets, in this order. Default: all others.")),
  header: boolean("The first line names the columns.", true),
};

export const csv = fileSet({
  doc: "A text file of one sample a line. Every column that is used holds numbers; a target of names is a classification.",
  params,

  files: ({ path }) => [{ path }],

  load([bytes], params, wants) {
    const rows = records(bytes, params.path);
    const first = rows.next();
    if (first.done) throw new DataError("the file is empty", { file: params.path });
    const use = select(first.value, params, wants);
    const table = new Table(params.path, use);
    if (!params.header) table.add(first.value);
    for (const row of rows) table.add(row);
    return table.dataset(wants);
  },
});

function select(
  first: CsvRecord,
  { path, header, target, columns }: Values<typeof params>,
  wants: Wants,
): Selection {
  const names = first.fields.map((field, i) => (header ? field.trim() : String(i)));
  const find = (column: string | number): number => indexOf(column, names, header, path);
  const targets = target.map(find);
  const inputs = columns?.map(find) ?? [...names.keys()].filter((i) => !targets.includes(i));
  const twice = inputs.find((i) => targets.includes(i));
  if (twice !== undefined) {
    throw new DataError('named in "columns" and in "target": it would be its own answer', {
      file: path,
      column: names[twice],
    });
  }
  checkInput([inputs.length], wants, { file: path });
  checkTarget(wants.targets === "class" && targets.length === 1 ? [] : [targets.length], wants, {
    file: path,
  });
  return { names, inputs, targets };
}
