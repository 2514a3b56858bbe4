import { DataError } from "../error.ts";
import { lines } from "./lines.ts";

/** One row of a CSV file. */
export interface CsvRecord {
  /** Where it begins, counting from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** In UTF-16 units. A quote that is never closed would otherwise swallow the whole file. */
const LONGEST_FIELD = 2 ** 20;

/**
 * The rows of a CSV file (RFC 4180; lines may end in LF alone, a byte order mark is skipped). Empty lines are passed over.
 * The separator is a comma, or a semicolon or a tab where the first line has one of these and no comma.
 */
export function* records(bytes: Uint8Array, file: string): Generator<CsvRecord> {
  let separator = "";
  let line = 0;
  let start = 1;
  let row: Row | undefined;
  for (const text of lines(bytes, file)) {
    line++;
    if (!row && text === "") continue;
    if (!row) start = line;
    separator ||= separatorOf(text);
    row = read(text, separator, row, { file, line: start });
    if (row.open !== undefined) continue;
    yield { line: start, fields: row.fields };
    row = undefined;
  }
  if (row) throw new DataError("a quote is opened and never closed", { file, line: start });
}

function separatorOf(text: string): string {
  const bare = text.replace(/"[^"]*"/g, "");
  return [",", ";", "\t"].find((separator) => bare.includes(separator)) ?? ",";
}

interface Row {
  readonly fields: string[];
  /** What there is of a quoted field that has not ended. */
  readonly open?: string;
}

/** Begins a row with a line of text, or continues one whose last field goes on over the line's end. */
function read(
  text: string,
  separator: string,
  row: Row | undefined,
  start: { file: string; line: number },
): Row {
  if (!row && !text.includes('"')) return { fields: text.split(separator) };
  const fields = row?.fields ?? [];
  let open = row?.open === undefined ? undefined : row.open + "\n";
  for (let at = 0; at <= text.length; at++) {
    if (open === undefined && text[at] === '"') {
      open = "";
      at++;
    }
    const end = open === undefined ? until(separator, text, at) : closingQuote(text, at);
    const part = text.slice(at, end);
    at = end;
    if (open === undefined) {
      fields.push(part);
      continue;
    }
    open += part.replaceAll('""', '"');
    if (open.length > LONGEST_FIELD) {
      throw new DataError(
        `a quoted field is longer than ${LONGEST_FIELD} characters: is a quote never closed?`,
        start,
      );
    }
    if (end === text.length) return { fields, open };
    fields.push(open);
    open = undefined;
    at++;
    if (at < text.length && text[at] !== separator) {
      throw new DataError(
        `expected a separator after a closing quote, found ${JSON.stringify(text[at])}`,
        start,
      );
    }
  }
  return { fields };
}

/** Where the separator comes next, or the text ends. */
function until(separator: string, text: string, at: number): number {
  const end = text.indexOf(separator, at);
  return end < 0 ? text.length : end;
}

/** Where a quote comes next that is not doubled; the length of the text where none does. */
function closingQuote(text: string, at: number): number {
  for (let end = until('"', text, at); ; end = until('"', text, end + 2)) {
    if (text[end + 1] !== '"') return end;
  }
}
