import { t } from "../../l10n/translate.ts";
import { quoted } from "../../protocol/visible.ts";
import type { Dataset, DataRequirements } from "./data.ts";
import { DataError, type Place } from "./error.ts";
import { allocate, targetShape, width } from "./fit.ts";
import { classId, probability } from "./ids.ts";
import { isMissing, notNumber, type Numerals } from "./formats/numeral.ts";
import { Names } from "./names.ts";

/** Finds out whether the texts of a column are numbers: some are, and all others are missing. */
export class ColumnKind {
  #numerals = false;
  #names = false;

  get numeric(): boolean {
    return this.#numerals && !this.#names;
  }

  /** Whatever comes: they are names. */
  get settled(): boolean {
    return this.#names;
  }

  seeNumeral(): void {
    this.#numerals = true;
  }

  see(text: string, { isNumeral }: Numerals): void {
    if (isNumeral(text)) this.#numerals = true;
    else if (!isMissing(text)) this.#names = true;
  }
}

type Targets = Pick<Dataset, "target" | "targets" | "classes">;

/** Targets that a file holds as texts, filled in row by row in any order. `checkTarget` has passed. */
export class TextTargets {
  readonly #required: DataRequirements;
  readonly #numerals: Numerals;
  readonly #targets: Float32Array;
  /** By column; absent where a column holds numbers. */
  readonly #names: readonly (Names | undefined)[];

  /** `kinds`: those of the columns. With targets of numbers all are taken for numeric. */
  constructor(samples: number, kinds: readonly ColumnKind[], required: DataRequirements, numerals: Numerals) {
    this.#required = required;
    this.#numerals = numerals;
    this.#targets = allocate(samples, targetShape(required));
    this.#names = kinds.map(({ numeric }) =>
      numeric || required.targets === "number" ? undefined : new Names(),
    );
  }

  isNumeric(column: number): boolean {
    return this.#names[column] === undefined;
  }

  /** Sets a target of a numeric column. The result is what is wrong with it, if anything. */
  setNumber(row: number, column: number, value: number): string | undefined {
    this.#targets[row * this.#names.length + column] = value;
    return wrongTarget(this.#required, value);
  }

  /** Sets a target. The result is what is wrong with it, if anything. */
  setText(row: number, column: number, text: string): string | undefined {
    const names = this.#names[column];
    if (!names) {
      return notNumber(text, this.#numerals) ?? this.setNumber(row, column, this.#numerals.valueOf(text));
    }
    const id = names.idOf(text);
    if (typeof id === "string") return id;
    this.#targets[row * this.#names.length + column] = id;
    const most = this.#required.targets === "class" ? width(this.#required) : 2;
    return names.size > most ? tooMany(names.all(), this.#required) : undefined;
  }

  /** All rows are set. `placeOf` tells where the first target of a column is. */
  end(placeOf: (column: number) => Place): Targets {
    const classes = this.#names.map((names, column) => names && this.#order(names, column, placeOf));
    const [first] = classes;
    return {
      target: targetShape(this.#required),
      targets: this.#targets,
      ...(first && classes.length === 1 && { classes: first }),
    };
  }

  /** The names, sorted as Python sorts them, are the classes. */
  #order(names: Names, column: number, placeOf: (column: number) => Place): readonly string[] {
    const all = names.all();
    if (this.#required.targets === "binary" && all.length < 2) {
      throw new DataError(t`expected 0 and 1 or two names, found only ${quoted(all[0])}`, placeOf(column));
    }
    const classes = all.toSorted(byCodePoint);
    const ranks = new Map(classes.map((name, rank) => [name, rank]));
    const rankOf = Float32Array.from(all, (name) => ranks.get(name) ?? NaN);
    const targets = this.#targets;
    for (let at = column; at < targets.length; at += this.#names.length) targets[at] = rankOf[targets[at]];
    return classes;
  }
}

/** What keeps a number from being a target, if anything. */
export function wrongTarget(required: DataRequirements, value: number): string | undefined {
  switch (required.targets) {
    case "number":
      return undefined;
    case "binary":
      return probability(value);
    case "class":
      return classId(width(required), value);
    default:
      return required.targets satisfies never;
  }
}

function tooMany(names: readonly string[], required: DataRequirements): string {
  const last = quoted(names.at(-1) ?? "");
  if (required.targets === "binary") {
    const [first, second] = names.map((name) => quoted(name));
    return t`expected 0 and 1 or two names, found a third: ${last} after ${first} and ${second}`;
  }
  return t`${last} is class number ${names.length}, but the model has ${width(required)} outputs`;
}

/** UTF-16 sorts characters above U+FFFF, as pairs of surrogates, before some below. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return inOrder(x) - inOrder(y);
  }
  return a.length - b.length;
}

/** A unit of UTF-16, surrogates above all others. */
const inOrder = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
