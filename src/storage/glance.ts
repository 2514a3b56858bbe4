import { lstat, open } from "node:fs/promises";

/** The longest first line that is read. */
const LONGEST_HEAD = 16_000_000;
const PIECE = 64 * 1024;
/** As much of a file's end is read: some of its last lines. */
const ENDING = 256 * 1024;

const LINE_BREAK = 10;

/** The beginning and the end of a long file of lines. */
export interface Glance {
  /** The first line, with its break. */
  readonly head: Uint8Array;
  /** What it ends with; begins anywhere. */
  readonly ending: Uint8Array;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** `undefined` where there is no whole first line, or no plain file. */
export async function glance(path: string): Promise<Glance | undefined> {
  const now = await lstat(path);
  if (!now.isFile()) return undefined;
  const file = await open(path, "r");
  try {
    const read = async (from: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, from);
      return buffer.subarray(0, bytesRead);
    };
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let at = -1; at < 0;) {
      const piece = await read(length, PIECE);
      if (piece.length === 0 || length > LONGEST_HEAD) return undefined;
      at = piece.indexOf(LINE_BREAK);
      pieces.push(at < 0 ? piece : piece.subarray(0, at + 1));
      length += pieces.at(-1)?.length ?? 0;
    }
    const from = Math.max(length, now.size - ENDING);
    return {
      head: Buffer.concat(pieces),
      ending: await read(from, Math.max(0, now.size - from)),
      bytes: now.size,
      modifiedMs: now.mtimeMs,
    };
  } finally {
    await file.close();
  }
}
