import { t } from "../../../l10n/translate.ts";
import { DataError } from "../error.ts";
import type { TextSink } from "./text.ts";

/** What is done with the fields of a CSV file. */
export interface FieldReader {
  /**
   * Field number `column` of the row that begins on `line`: the bytes from `start` to `end`, UTF-8, without quotes around them.
   * They are written over afterwards.
   */
  field(column: number, bytes: Uint8Array, start: number, end: number, line: number): void;
  /** That row is through and has so many fields. No more are read where the result is false. */
  row(fields: number, line: number): boolean;
}

/** In characters. A quote that is never closed would otherwise swallow the whole file. */
const LONGEST_FIELD = 2 ** 20;
/** In bytes. */
export const LONGEST_LINE = 2 ** 24;

export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
const QUOTE = 0x22;

/** The rows of a CSV file in UTF-8 (RFC 4180; lines may end in LF alone). Empty lines are passed over. */
export class Records implements TextSink {
  readonly #file: string;
  readonly #separator: number;
  readonly #reader: FieldReader;
  #line: number;
  /** Line on which the row begins. */
  #start: number;
  /** Bytes of the line in earlier pieces, and where it begins in this one. */
  #lineBytes = 0;
  #lineStart = 0;
  #column = 0;
  /** Where the next byte stands: in a field without quotes or at its start, within quotes, after one, or after a return behind that. */
  #state: "plain" | "quoted" | "quote" | "return" = "plain";
  /** A field without quotes that an earlier piece has begun, or as far as it has been read one with quotes. */
  #held = new Uint8Array(256);
  #length = 0;
  /** Characters of the field with quotes. */
  #characters = 0;
  #done = false;

  /** `line`: number of the first line that is pushed. */
  constructor(file: string, separator: string, reader: FieldReader, line = 1) {
    this.#file = file;
    this.#line = line;
    this.#start = line;
    this.#separator = separator.charCodeAt(0);
    this.#reader = reader;
  }

  get done(): boolean {
    return this.#done;
  }

  get line(): number {
    return this.#line;
  }

  push(bytes: Uint8Array): void {
    this.#lineStart = 0;
    let at = 0;
    while (at < bytes.length && !this.#done) {
      if (this.#state === "plain") at = this.#plain(bytes, at);
      else if (this.#state === "quoted") at = this.#quoted(bytes, at);
      else at = this.#closed(bytes, at);
    }
    if (this.#done) return;
    this.#lineBytes += bytes.length - this.#lineStart;
    this.#checkLine();
  }

  end(): void {
    if (this.#state === "quoted") {
      throw new DataError(t`a quote is opened and never closed`, { file: this.#file, line: this.#start });
    }
    if (this.#state !== "plain") this.#endRow(this.#held, 0, this.#length);
    else if (this.#column > 0 || this.#length > 0) this.#endPlain(this.#held, 0, 0);
  }

  /** Fields without quotes, as many as follow each other. Returns where the piece ends, or a field in quotes begins. */
  #plain(bytes: Uint8Array, at: number): number {
    const separator = this.#separator;
    const reader = this.#reader;
    const { length } = bytes;
    while (!this.#done) {
      if (this.#column === 0 && at < length && bytes[at] === NEWLINE && this.#length === 0)
        at = this.#emptyLines(bytes, at);
      if (at < length && bytes[at] === QUOTE && this.#length === 0) {
        this.#state = "quoted";
        this.#characters = 0;
        return at + 1;
      }
      let end = at;
      let byte = 0;
      while (end < length && (byte = bytes[end]) !== separator && byte !== NEWLINE) end++;
      if (end === length) {
        this.#hold(bytes, at, end);
        return end;
      }
      if (byte === NEWLINE) {
        this.#endPlain(bytes, at, end);
        this.#newline(end);
        this.#start = this.#line;
      } else {
        if (this.#length === 0) reader.field(this.#column, bytes, at, end, this.#start);
        else this.#endHeld(bytes, at, end);
        this.#column++;
      }
      at = end + 1;
    }
    return at;
  }

  /** There may be millions of them. Returns where they end. */
  #emptyLines(bytes: Uint8Array, at: number): number {
    const first = at;
    while (at < bytes.length && bytes[at] === NEWLINE) at++;
    this.#line += at - first;
    this.#start = this.#line;
    this.#lineBytes = 0;
    this.#lineStart = at;
    return at;
  }

  /** The last field of a line, less the return before its end. A line of nothing is no row. */
  #endPlain(bytes: Uint8Array, at: number, end: number): void {
    if (this.#length > 0) {
      this.#hold(bytes, at, end);
      [bytes, at, end] = [this.#held, 0, this.#length];
    }
    if (end > at && bytes[end - 1] === RETURN) end--;
    if (this.#column > 0 || end > at) this.#endRow(bytes, at, end);
    this.#length = 0;
  }

  /** A part of a field in quotes. */
  #quoted(bytes: Uint8Array, at: number): number {
    let end = at;
    let byte = 0;
    for (; end < bytes.length && (byte = bytes[end]) !== QUOTE && byte !== NEWLINE; end++) {
      if ((byte & 0xc0) !== 0x80) this.#characters++;
    }
    this.#hold(bytes, at, end);
    this.#checkField();
    if (end === bytes.length) return end;
    if (byte === QUOTE) this.#state = "quote";
    else {
      if (this.#held[this.#length - 1] === RETURN) this.#length--;
      this.#hold(bytes, end, end + 1);
      this.#characters++;
      this.#newline(end);
    }
    return end + 1;
  }

  /** After a quote within quotes: that of a pair, or the closing one. */
  #closed(bytes: Uint8Array, at: number): number {
    const byte = bytes[at];
    const behindQuote = this.#state === "quote";
    if (byte === QUOTE && behindQuote) {
      this.#hold(bytes, at, at + 1);
      this.#characters++;
      this.#state = "quoted";
    } else if (byte === this.#separator && behindQuote) {
      this.#endHeld(bytes, at, at);
      this.#column++;
      this.#state = "plain";
    } else if (byte === NEWLINE) {
      this.#endRow(this.#held, 0, this.#length);
      this.#newline(at);
      this.#start = this.#line;
    } else if (byte === RETURN && behindQuote) this.#state = "return";
    else throw this.#stray(behindQuote ? firstCharacter(bytes.subarray(at)) : "\r");
    return at + 1;
  }

  #stray(character: string): DataError {
    const sentence = t`expected a separator after a closing quote, found ${JSON.stringify(character)}`;
    return new DataError(sentence, { file: this.#file, line: this.#start });
  }

  #endHeld(bytes: Uint8Array, at: number, end: number): void {
    this.#hold(bytes, at, end);
    this.#reader.field(this.#column, this.#held, 0, this.#length, this.#start);
    this.#length = 0;
  }

  #endRow(bytes: Uint8Array, at: number, end: number): void {
    this.#reader.field(this.#column, bytes, at, end, this.#start);
    this.#done = !this.#reader.row(this.#column + 1, this.#start);
    this.#column = 0;
    this.#length = 0;
    this.#state = "plain";
  }

  #hold(bytes: Uint8Array, at: number, end: number): void {
    const needed = this.#length + end - at;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    if (end > at) this.#held.set(bytes.subarray(at, end), this.#length);
    this.#length = needed;
  }

  #newline(end: number): void {
    this.#lineBytes += end - this.#lineStart;
    this.#checkLine();
    this.#line++;
    this.#lineBytes = 0;
    this.#lineStart = end + 1;
  }

  #checkLine(): void {
    if (this.#lineBytes <= LONGEST_LINE) return;
    throw new DataError(t`longer than ${LONGEST_LINE} bytes: expected a CSV file`, {
      file: this.#file,
      line: this.#line,
    });
  }

  #checkField(): void {
    if (this.#characters <= LONGEST_FIELD) return;
    throw new DataError(
      t`a quoted field is longer than ${LONGEST_FIELD} characters: is a quote never closed?`,
      { file: this.#file, line: this.#start },
    );
  }
}

/** Of bytes that begin with a whole one. */
function firstCharacter(bytes: Uint8Array): string {
  const [first = ""] = new TextDecoder().decode(bytes.subarray(0, 4));
  return first;
}
