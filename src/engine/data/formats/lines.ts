import { DataError } from "../error.ts";

const NEWLINE = 0x0a;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes that are decoded at a time; also the longest line. */
const BLOCK = 2 ** 24;

/** The lines of UTF-8 text, without their ends. No more than a block of it is ever held as a string. */
export function* lines(bytes: Uint8Array, file: string): Generator<string> {
  let line = 1;
  for (let at = 0; at < bytes.length;) {
    const end = blockEnd(bytes, at);
    if (end === undefined) {
      throw new DataError(`longer than ${BLOCK} bytes: expected a CSV file`, { file, line });
    }
    const block = bytes.subarray(at, end);
    const text = decode(block);
    if (text === undefined) {
      throw new DataError("not UTF-8: save the file as UTF-8", {
        file,
        line: line + goodLines(block),
      });
    }
    for (const one of text.split("\n")) {
      yield one.endsWith("\r") ? one.slice(0, -1) : one;
      line++;
    }
    at = end + 1;
  }
}

/** Where the last line that ends within a block ends; `undefined` where none does. */
function blockEnd(bytes: Uint8Array, at: number): number | undefined {
  const { length } = bytes;
  if (length - at <= BLOCK) return bytes[length - 1] === NEWLINE ? length - 1 : length;
  const end = bytes.subarray(at, at + BLOCK).lastIndexOf(NEWLINE);
  return end < 0 ? undefined : at + end;
}

/** `undefined` where the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Number of lines before the first that is not UTF-8. */
function goodLines(block: Uint8Array): number {
  for (let at = 0, count = 0; ; count++) {
    const newline = block.indexOf(NEWLINE, at);
    const end = newline < 0 ? block.length : newline;
    if (newline < 0 || decode(block.subarray(at, end)) === undefined) return count;
    at = end + 1;
  }
}
