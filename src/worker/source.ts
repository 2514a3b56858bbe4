/** Bytes that can be read at any place: those of a file that is open. */
export interface Source {
  /** In bytes. */
  readonly size: number;
  /** Reads into all of `into`, or less at the end; returns how many bytes that are. */
  read(into: Uint8Array, position: number): Promise<number>;
}

/** Content that comes in pieces, each of which may be written over when the next one is asked for. */
export type Content = AsyncIterable<Uint8Array>;

/** Large enough that the calls do not matter, small enough for the cache and for looking at messages in between. */
const PIECE = 2 ** 18;

/** So many bytes at most, from a place on; fewer where there are fewer. */
export async function readAt(source: Source, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, source.size - position)));
  let at = 0;
  while (at < bytes.length) {
    const count = await source.read(bytes.subarray(at), position + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** The bytes between two places, piece by piece. With `fresh` every piece has memory of its own. */
export async function* piecesOf(
  source: Source,
  start = 0,
  end = source.size,
  fresh = false,
): AsyncGenerator<Uint8Array> {
  const room = () => new Uint8Array(Math.min(PIECE, Math.max(0, end - start)));
  let piece = room();
  for (let at = start; at < end;) {
    if (fresh && at > start) piece = room();
    const count = await source.read(piece.subarray(0, end - at), at);
    if (count === 0) return;
    yield piece.subarray(0, count);
    at += count;
  }
}
