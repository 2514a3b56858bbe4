export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** Bytes that tell the encoding. */
export const LONGEST_MARK = 3;

/** The encoding that the first bytes of a text tell by their byte order mark, and the mark's length. UTF-8 where there is none. */
export function encodingOf(bytes: Uint8Array): { readonly encoding: Encoding; readonly mark: number } {
  const found = MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  return found ? { encoding: found[0], mark: found[1].length } : { encoding: "utf-8", mark: 0 };
}

/** A text as an editor shows it: without its byte order mark, and with U+FFFD for what is no character. */
export const decodeText = (bytes: Uint8Array): string =>
  new TextDecoder(encodingOf(bytes).encoding).decode(bytes);
