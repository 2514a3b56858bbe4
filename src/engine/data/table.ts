import { t } from "../../l10n/translate.ts";
import type { Selection } from "./columns.ts";
import type { Dataset, DataRequirements } from "./data.ts";
import { DataError } from "./error.ts";
import { allocate } from "./fit.ts";
import { decimal } from "./formats/decimal.ts";
import { isNotFinite, notNumber, type Numerals } from "./formats/numeral.ts";
import type { FieldReader } from "./formats/records.ts";
import { TextCache } from "./formats/textCache.ts";
import { changed } from "./reading.ts";
import { ColumnKind, TextTargets } from "./textTargets.ts";

/** What is known of a table once its first row has been read. */
export interface Layout extends Selection {
  readonly file: string;
  /** The first row holds names. */
  readonly header: boolean;
  /** The byte before a number's fraction. */
  readonly point: number;
  readonly numerals: Numerals;
}

/** By the number of a column, its place among those that are used; −1: it is not. */
function places(columns: readonly number[], all: number): Int32Array {
  const places = new Int32Array(all).fill(-1);
  for (const [i, column] of columns.entries()) places[column] = i;
  return places;
}

/** Counts the rows and finds out what the targets are. Stops at a row that is too long or too short: `Rows` says what is wrong. */
export class Survey implements FieldReader {
  readonly kinds: readonly ColumnKind[];
  readonly #layout: Layout;
  readonly #places: Int32Array;
  readonly #texts = new TextCache();
  /** Rows of the file, that of the names among them. */
  #rows = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#places = places(layout.targets, layout.names.length);
    this.kinds = layout.targets.map(() => new ColumnKind());
  }

  get samples(): number {
    return this.#layout.header ? Math.max(this.#rows - 1, 0) : this.#rows;
  }

  field(column: number, bytes: Uint8Array, start: number, end: number): void {
    const place = this.#places[column];
    if (!(place >= 0) || (this.#rows === 0 && this.#layout.header)) return;
    const kind = this.kinds[place];
    if (kind.settled) return;
    const { point, numerals } = this.#layout;
    const value = decimal(bytes, start, end, point, true);
    if (value === value) kind.seeNumeral();
    else kind.see(this.#texts.text(bytes, start, end), numerals);
  }

  row(fields: number): boolean {
    if (fields !== this.#layout.names.length) return false;
    this.#rows++;
    return true;
  }
}

/** Reads the rows into their final arrays. */
export class Rows implements FieldReader {
  readonly #layout: Layout;
  readonly #required: DataRequirements;
  readonly #samples: number;
  readonly #inputPlaces: Int32Array;
  readonly #targetPlaces: Int32Array;
  readonly #inputs: Float32Array;
  readonly #targets: TextTargets;
  readonly #texts = new TextCache();
  #row: number;
  /** Where in the inputs the row begins. */
  #at = 0;
  #firstLine = 0;
  /** What is wrong with a value of the row, which counts only where the row has as many as it should. */
  #wrong: DataError | undefined;

  constructor(layout: Layout, { samples, kinds }: Survey, required: DataRequirements) {
    const { file, names, inputs, targets, numerals, header } = layout;
    this.#layout = layout;
    this.#required = required;
    this.#samples = samples;
    this.#row = header ? -1 : 0;
    this.#inputPlaces = places(inputs, names.length);
    this.#targetPlaces = places(targets, names.length);
    this.#inputs = allocate(samples, required.input, { file });
    this.#targets = new TextTargets(samples, kinds, required, numerals);
  }

  field(column: number, bytes: Uint8Array, start: number, end: number, line: number): void {
    if (this.#row < 0) return;
    const input = this.#inputPlaces[column];
    if (input >= 0) {
      const value = decimal(bytes, start, end, this.#layout.point, true);
      this.#inputs[this.#at + input] =
        value === value ? value : this.#numberOf(column, this.#texts.text(bytes, start, end), line);
      return;
    }
    const target = this.#targetPlaces[column];
    if (target < 0) return;
    const found = this.#setTarget(target, bytes, start, end);
    if (found !== undefined) this.#fail(found, this.#texts.text(bytes, start, end), column, line);
  }

  row(fields: number, line: number): boolean {
    const { file, names } = this.#layout;
    if (fields !== names.length) {
      throw new DataError(t`${fields} values, but the first line has ${names.length}`, { file, line });
    }
    if (this.#wrong) throw this.#wrong;
    if (this.#row === 0) this.#firstLine = line;
    if (this.#row >= 0) this.#at += this.#layout.inputs.length;
    this.#row++;
    if (this.#row > this.#samples) throw changed(file);
    return true;
  }

  /** The samples. All rows have been read. */
  dataset(): Dataset {
    const { file, names, targets } = this.#layout;
    if (this.#row !== this.#samples) throw changed(file);
    if (this.#samples === 0) throw new DataError(t`no rows below the first line`, { file });
    const placeOf = (i: number) => ({ file, line: this.#firstLine, column: names[targets[i]] });
    return {
      samples: this.#samples,
      input: this.#required.input,
      inputs: this.#inputs,
      ...this.#targets.end(placeOf),
    };
  }

  #numberOf(column: number, text: string, line: number): number {
    const { numerals } = this.#layout;
    this.#fail(notNumber(text, numerals), text, column, line);
    return numerals.valueOf(text);
  }

  #setTarget(place: number, bytes: Uint8Array, start: number, end: number): string | undefined {
    if (this.#targets.isNumeric(place)) {
      const value = decimal(bytes, start, end, this.#layout.point, false);
      if (value === value) return this.#targets.setNumber(this.#row, place, value);
    }
    const text = this.#texts.text(bytes, start, end);
    return text === "" ? t`the value is missing` : this.#targets.setText(this.#row, place, text);
  }

  #fail(sentence: string | undefined, text: string, column: number, line: number): void {
    if (sentence === undefined || this.#wrong) return;
    const { file, names, numerals } = this.#layout;
    this.#wrong = new DataError(sentence, { file, line, column: names[column] }, isNotFinite(text, numerals));
  }
}
