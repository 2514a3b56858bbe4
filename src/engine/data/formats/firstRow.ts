import { t } from "../../../l10n/translate.ts";
import { DataError } from "../error.ts";
import { type FieldReader, LONGEST_LINE, NEWLINE, Records, RETURN } from "./records.ts";
import type { TextSink } from "./text.ts";

/** What the first row of a CSV file tells. */
export interface FirstRow {
  readonly separator: string;
  readonly fields: readonly string[];
}

/** So much of the first line is enough to find its separator, in bytes. */
const LONGEST_HEAD = 2 ** 16;

/** Reads the first row of a CSV file, and where no separator is given finds out which it has. */
export class FirstRowReader implements TextSink, FieldReader {
  readonly #file: string;
  readonly #mostFields: number;
  readonly #candidates: readonly string[];
  readonly #decoder = new TextDecoder();
  readonly #fields: string[] = [];
  #separator: string | undefined;
  /** What there is of the first line that is not empty, and its number, as long as no separator is known. */
  #head = new Uint8Array(0);
  #line = 1;
  #records: Records | undefined;
  #characters = 0;
  #found: FirstRow | undefined;

  /** `candidates`: separators to look for, the likeliest first, or the one that it is. */
  constructor(file: string, candidates: readonly string[], mostFields: number) {
    this.#file = file;
    this.#candidates = candidates;
    this.#mostFields = mostFields;
  }

  /** `undefined` where the file has no row. */
  get found(): FirstRow | undefined {
    return this.#found;
  }

  get done(): boolean {
    return this.#found !== undefined;
  }

  get line(): number {
    return this.#records?.line ?? this.#line;
  }

  push(bytes: Uint8Array): void {
    if (this.#records) return this.#records.push(bytes);
    this.#head = this.#withoutEmptyLines(joined(this.#head, bytes));
    const end = this.#head.indexOf(NEWLINE);
    if (end >= 0) this.#begin(end);
    else if (this.#head.length > LONGEST_HEAD) this.#begin(this.#head.length);
  }

  end(): void {
    if (!this.#records) this.#begin(this.#head.length);
    this.#records?.end();
  }

  field(column: number, bytes: Uint8Array, start: number, end: number): void {
    this.#characters += end - start;
    if (this.#characters > LONGEST_LINE) {
      throw new DataError(t`the first row has more than ${LONGEST_LINE} bytes`, { file: this.#file });
    }
    if (column < this.#mostFields) this.#fields.push(this.#decoder.decode(bytes.subarray(start, end)));
  }

  row(fields: number): boolean {
    if (fields > this.#mostFields) {
      throw new DataError(t`${fields} columns: files of up to ${this.#mostFields} columns are read`, {
        file: this.#file,
      });
    }
    this.#found = { separator: this.#separator ?? ",", fields: this.#fields };
    return false;
  }

  #withoutEmptyLines(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let at = 0;
    for (; at < bytes.length; at++) {
      if (bytes[at] === NEWLINE) this.#line++;
      else if (bytes[at] !== RETURN || bytes[at + 1] !== NEWLINE) break;
    }
    return bytes.subarray(at);
  }

  /** The first line's end is known. */
  #begin(end: number): void {
    const head = this.#head;
    this.#separator = separatorOf(this.#decoder.decode(head.subarray(0, end)), this.#candidates);
    this.#records = new Records(this.#file, this.#separator, this, this.#line);
    this.#head = new Uint8Array(0);
    this.#records.push(head);
  }
}

function separatorOf(line: string, candidates: readonly string[]): string {
  if (candidates.length === 1) return candidates[0];
  const bare = line.replace(/"[^"]*"/g, "");
  return candidates.find((separator) => bare.includes(separator)) ?? ",";
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
