import { t } from "../../l10n/translate.ts";
import { boolean, choice, optional, text, type Values } from "../params.ts";
import { columns, selectColumns } from "./columns.ts";
import { fileSet } from "./data.ts";
import { DataError } from "./error.ts";
import { delimiter, likelyDelimiters } from "./delimiter.ts";
import { type FirstRow, FirstRowReader } from "./formats/firstRow.ts";
import { numerals } from "./formats/numeral.ts";
import { Records } from "./formats/records.ts";
import { TextBytes } from "./formats/text.ts";
import type { Reading, Sink } from "./reading.ts";
import { type Layout, Rows, Survey } from "./table.ts";

const params = {
  path: text("The file, relative to the model file."),
  target: columns("Column, or columns, that the model is to predict: by name, or by number from 0."),
  columns: optional(columns("Columns that the model gets, in this order. Default: all others.")),
  header: boolean("The first line names the columns.", true),
  delimiter: optional(
    delimiter("What stands between two values. Default: the comma, semicolon or tab of the first line."),
  ),
  decimal: choice("What stands before the fraction of a number, as in pandas.", [".", ","], "."),
  thousands: optional(
    choice("What stands between the thousands of a number, as in pandas. Default: nothing.", [
      ",",
      ".",
      " ",
      "'",
      "’",
      "_",
      "\u00a0",
      "\u202f",
    ]),
  ),
};

type Given = Values<typeof params>;

/** Columns of a file: more would take seconds for their names alone. */
const MOST_COLUMNS = 2 ** 18;

export const csv = fileSet({
  doc: "A text file of one sample a line. Every column that is used holds numbers; a target of names is a classification.",
  params,

  check: ({ decimal, thousands }) =>
    decimal === thousands
      ? t`"decimal" and "thousands" are both ${JSON.stringify(decimal)}: a number could mean either`
      : undefined,

  files: ({ path }) => [path],
  *read(given, required) {
    const { path, header, decimal } = given;
    const first = yield* firstRow(given);
    const layout: Layout = {
      ...selectColumns(first.fields, given, required),
      file: path,
      header,
      point: decimal.charCodeAt(0),
      numerals: numerals(given),
    };
    const rows = (reader: Survey | Rows) => new TextBytes(path, new Records(path, first.separator, reader));

    const survey = new Survey(layout);
    yield { file: { path }, sink: leniently(rows(survey)), turn: { index: 0, of: 2 } };
    const all = new Rows(layout, survey, required);
    yield { file: { path }, sink: rows(all), turn: { index: 1, of: 2 } };
    return all.dataset();
  },
});

function* firstRow({ path, delimiter, decimal, thousands }: Given): Reading<FirstRow> {
  const candidates = delimiter === undefined ? likelyDelimiters(decimal, thousands) : [delimiter];
  const reader = new FirstRowReader(path, candidates, MOST_COLUMNS);
  yield { file: { path }, sink: new TextBytes(path, reader) };
  if (!reader.found) throw new DataError(t`the file is empty`, { file: path });
  return reader.found;
}

/** Ends quietly where something is wrong: the second pass finds that, too, unless something comes before it. */
function leniently(sink: Sink): Sink {
  let done = false;
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      done = true;
    }
  };
  return {
    push: (bytes) => attempt(() => sink.push(bytes)),
    end: () => attempt(() => sink.end()),
    get done() {
      return done || (sink.done ?? false);
    },
  };
}
