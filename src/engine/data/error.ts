import { t } from "../../l10n/translate.ts";
import { LONGEST_MESSAGE, quoted, shorten } from "../../protocol/visible.ts";

/** Where in a data file something was found. */
export interface Place {
  readonly file: string;
  /** Counts from 1. */
  readonly line?: number;
  /** Name of a column. */
  readonly column?: string;
  /** Index into an array, sample first, counting from 0. */
  readonly index?: readonly number[];
}

/** Longest path of a file in a message. */
const LONGEST_FILE = 200;

/** A user's mistake: data that cannot be read, or do not fit the model. Anything else that is thrown is a bug. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly place: Place | undefined;
  /** A value is missing, NaN or ±∞: the file can be read, but nothing can be learned from it as it is. */
  readonly nonFinite: boolean;

  constructor(sentence: string, place?: Place, nonFinite = false) {
    const at = place ? `${describe(place)}: ` : "";
    super(at + shorten(sentence, LONGEST_MESSAGE - at.length));
    this.place = place;
    this.nonFinite = nonFinite;
  }
}

/** `wine.csv, line 12, column "hue"` or `x.npy[3, 0]` */
const describe = ({ file, line, column, index }: Place): string =>
  shorten(file, LONGEST_FILE) +
  (index ? `[${index.join(", ")}]` : "") +
  (line === undefined ? "" : t`, line ${line}`) +
  (column === undefined ? "" : t`, column ${quoted(column)}`);
