import type { Dataset, Wants } from "./data.ts";
import { DataError } from "./error.ts";
import { MAX_VALUES } from "./fit.ts";
import { notNumber } from "./formats/numeral.ts";
import type { CsvRecord } from "./formats/records.ts";
import { textTargets } from "./textTargets.ts";

/** The columns that are used, of all that there are. */
export interface Selection {
  readonly names: readonly string[];
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
}

/** The rows that have been read. */
export class Table {
  readonly #file: string;
  readonly #use: Selection;
  readonly #lines: number[] = [];
  readonly #targets: string[][];
  #inputs = new Float32Array(1024);

  constructor(file: string, use: Selection) {
    this.#file = file;
    this.#use = use;
    this.#targets = use.targets.map(() => []);
  }

  add(row: CsvRecord): void {
    const { names, inputs, targets } = this.#use;
    if (row.fields.length !== names.length) {
      const place = { file: this.#file, line: row.line };
      throw new DataError(`${row.fields.length} values, but the first line has ${names.length}`, place);
    }
    this.#grow((this.#lines.length + 1) * inputs.length);
    let at = this.#lines.length * inputs.length;
    for (const column of inputs) this.#inputs[at++] = this.#number(row, column);
    for (const [i, column] of targets.entries()) this.#targets[i].push(this.#text(row, column));
    this.#lines.push(row.line);
  }

  /** The samples that there are. */
  dataset(wants: Wants): Dataset {
    const samples = this.#lines.length;
    if (samples === 0) throw new DataError("no rows below the first line", { file: this.#file });
    const columns = this.#targets.map((texts, i) => ({
      samples,
      text: (row: number) => texts[row],
      place: (row: number) => ({
        file: this.#file,
        line: this.#lines[row],
        column: this.#use.names[this.#use.targets[i]],
      }),
    }));
    const inputs = this.#inputs.slice(0, samples * this.#use.inputs.length);
    return { samples, input: wants.input, inputs, ...textTargets(columns, wants) };
  }

  #grow(needed: number): void {
    if (needed <= this.#inputs.length) return;
    if (needed > MAX_VALUES) throw new DataError(`more than ${MAX_VALUES} numbers`, { file: this.#file });
    const larger = new Float32Array(Math.min(2 * needed, MAX_VALUES));
    larger.set(this.#inputs);
    this.#inputs = larger;
  }

  #number({ line, fields }: CsvRecord, column: number): number {
    const text = fields[column].trim();
    const wrong = notNumber(text);
    if (wrong !== undefined) {
      throw new DataError(wrong, { file: this.#file, line, column: this.#use.names[column] });
    }
    return Number(text);
  }

  #text({ line, fields }: CsvRecord, column: number): string {
    const text = fields[column].trim();
    if (text === "")
      throw new DataError("the value is missing", {
        file: this.#file,
        line,
        column: this.#use.names[column],
      });
    return text;
  }
}
