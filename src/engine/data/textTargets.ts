import { quoted } from "../../protocol/visible.ts";
import type { Shape } from "../tensor.ts";
import type { Wants } from "./data.ts";
import { DataError, type Place } from "./error.ts";
import { allocate, targetShape, width } from "./fit.ts";
import { classId, probability } from "./ids.ts";
import { isMissing, isNumeral, notNumber } from "./formats/numeral.ts";

/** One target of every sample, as text. */
export interface TextColumn {
  readonly samples: number;
  readonly text: (row: number) => string;
  readonly place: (row: number) => Place;
}

interface Targets {
  readonly target: Shape;
  readonly targets: Float32Array;
  readonly classes?: readonly string[];
}

/** The targets that these texts mean to the loss. `checkTarget` has passed. */
export function textTargets(columns: readonly TextColumn[], wants: Wants): Targets {
  const { samples } = columns[0];
  const target = targetShape(wants);
  const targets = allocate(samples, target);
  const read = columns.map((column) => reader(column, wants));
  for (const [i, { value }] of read.entries()) {
    for (let row = 0; row < samples; row++) targets[row * columns.length + i] = value(row);
  }
  const [{ classes }] = read;
  return { target, targets, ...(classes && columns.length === 1 && { classes }) };
}

interface Reader {
  readonly value: (row: number) => number;
  readonly classes?: readonly string[];
}

function reader(column: TextColumn, wants: Wants): Reader {
  switch (wants.targets) {
    case "number":
      return { value: numberOf(column) };
    case "binary":
      return isNumeric(column) ? { value: numberOf(column, probability) } : named(column, wants);
    case "class":
      return isNumeric(column) ? { value: numberOf(column, classId(width(wants))) } : named(column, wants);
    default:
      return wants.targets satisfies never;
  }
}

/** Some are numbers, and all others are missing. */
function isNumeric({ samples, text }: TextColumn): boolean {
  let numerals = 0;
  for (let row = 0; row < samples; row++) {
    if (isNumeral(text(row))) numerals++;
    else if (!isMissing(text(row))) return false;
  }
  return numerals > 0;
}

const numberOf =
  ({ text, place }: TextColumn, wrong: (value: number) => string | undefined = () => undefined) =>
  (row: number): number => {
    const found = notNumber(text(row)) ?? wrong(Number(text(row)));
    if (found !== undefined) throw new DataError(found, place(row));
    return Number(text(row));
  };

/** The names, sorted as Python sorts them, are the classes. */
function named({ samples, text, place }: TextColumn, wants: Wants): Reader {
  const ids = new Map<string, number>();
  const most = wants.targets === "class" ? width(wants) : 2;
  for (let row = 0; row < samples; row++) {
    ids.set(text(row), NaN);
    if (ids.size > most) throw new DataError(tooMany([...ids.keys()], wants), place(row));
  }
  const classes = [...ids.keys()].sort(byCodePoint);
  if (wants.targets === "binary" && classes.length < 2) {
    throw new DataError(`expected 0 and 1 or two names, found only ${quoted(classes[0])}`, place(0));
  }
  for (const [id, name] of classes.entries()) ids.set(name, id);
  return { value: (row) => ids.get(text(row)) ?? NaN, classes };
}

function tooMany(names: readonly string[], wants: Wants): string {
  const last = quoted(names.at(-1) ?? "");
  if (wants.targets === "binary") {
    return `expected 0 and 1 or two names, found a third: ${last} after ${quoted(names[0])} and ${quoted(names[1])}`;
  }
  return `${last} is class number ${names.length}, but the model has ${width(wants)} outputs`;
}

/** UTF-16 sorts characters above U+FFFF before some below. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const i = x.findIndex((char, at) => char !== y[at]);
  if (i < 0) return x.length - y.length;
  return (x[i].codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? -1);
}
