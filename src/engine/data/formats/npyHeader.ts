import { t } from "../../../l10n/translate.ts";
import type { Shape } from "../../tensor.ts";
import { DataError } from "../error.ts";

/** What an `.npy` file says of its array. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: Shape;
  /** Where the array begins, in bytes. */
  readonly offset: number;
}

const MAGIC = [0x93, ...Array.from("NUMPY", (char) => char.charCodeAt(0))];
/** Bytes of the header's text, as in NumPy. */
const LONGEST = 10_000;
/** Bytes of a header with what comes before its text. */
export const LONGEST_NPY_HEADER = 12 + LONGEST;
const MOST_AXES = 64;

/** Reads the header of NumPy's format (NEP 1), versions 1 to 3, from the beginning of a file. */
export function npyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const { text, offset } = headerText(bytes, file);
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new DataError(t`a structured array is not read: save each field as an array of its own`, { file });
  }
  const { descr, fortran_order, shape } = entries(text);
  const axes = typeof shape === "string" ? axesOf(shape) : undefined;
  if (typeof descr !== "string" || typeof fortran_order !== "boolean" || !axes) {
    throw new DataError(t`the header is not NumPy's: ${JSON.stringify(text.slice(0, 80).trimEnd())}`, {
      file,
    });
  }
  return { descr, fortran: fortran_order, shape: axes, offset };
}

function headerText(bytes: Uint8Array, file: string): { readonly text: string; readonly offset: number } {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new DataError(t`not a NumPy file: expected it to begin with \\x93NUMPY`, { file });
  }
  const version = bytes[6] ?? NaN;
  if (version < 1 || version > 3) {
    throw new DataError(t`expected version 1, 2 or 3 of the NumPy format, found ${version}`, { file });
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length =
    bytes.length < start ? NaN : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST) {
    throw new DataError(t`the header has ${length} bytes, expected at most ${LONGEST}`, { file });
  }
  if (!(bytes.length >= start + length)) {
    throw new DataError(t`the file is cut off within its header`, { file });
  }
  return { text: String.fromCharCode(...bytes.subarray(start, start + length)), offset: start + length };
}

// A name and a text, a truth value or a tuple of integers: an entry of the Python dictionary that a header is.
const ENTRY =
  /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*(?:(['"])([^'"\\]*)\3|(True|False)|\(([\d\sL,]*)\))\s*(?:,\s*|(?=\}))/y;

/** The entries of the dictionary; none where it is not one. */
function entries(text: string): Readonly<Record<string, string | boolean | undefined>> {
  const found: Record<string, string | boolean> = {};
  if (!text.startsWith("{")) return {};
  let at = 1;
  for (ENTRY.lastIndex = at; ; at = ENTRY.lastIndex) {
    const entry = ENTRY.exec(text);
    if (!entry) return text.slice(at).trim() === "}" ? found : {};
    const [, , key, , quoted, truth, tuple] = entry;
    if (Object.hasOwn(found, key)) return {};
    found[key] = truth === undefined ? (quoted ?? tuple) : truth === "True";
  }
}

/** The sizes in a tuple, which Python 2 wrote as `3L`. */
function axesOf(tuple: string): Shape | undefined {
  const parts = tuple.split(",").map((part) => part.trim().replace(/L$/, ""));
  if (parts.at(-1) === "") parts.pop();
  const axes = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  return axes.length <= MOST_AXES && axes.every(Number.isSafeInteger) ? axes : undefined;
}
