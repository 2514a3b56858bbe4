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

/** A user's mistake: data that cannot be read, or do not fit the model. Anything else that is thrown is a bug. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly place: Place | undefined;

  constructor(sentence: string, place?: Place) {
    super(place ? `${describe(place)}: ${sentence}` : sentence);
    this.place = place;
  }
}

/** In UTF-16 units. */
const LONGEST_QUOTE = 80;

/** A text of a file for a message: in quotes, on one line, and cut where it is long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);

/** `wine.csv, line 12, column "hue"` or `x.npy[3, 0]` */
const describe = ({ file, line, column, index }: Place): string =>
  file +
  (index ? `[${index.join(", ")}]` : "") +
  (line === undefined ? "" : `, line ${line}`) +
  (column === undefined ? "" : `, column ${quoted(column)}`);
