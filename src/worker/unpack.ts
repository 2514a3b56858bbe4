import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createInflateRaw, crc32, type ZlibOptions } from "node:zlib";
import { DataError } from "../engine/data/error.ts";
import { t } from "../l10n/translate.ts";
import { type Content, piecesOf, readAt, type Source } from "./source.ts";
import type { ZipEntry } from "./zip.ts";

/** Deflate packs no better than that (zlib's Technical Details, "Maximum Compression Factor"). */
const MOST_PACKED = 1032;

/** Whether it begins as a gzip file does. */
export async function isGzip(source: Source): Promise<boolean> {
  const [first, second] = await readAt(source, 0, 2);
  return first === 0x1f && second === 0x8b;
}

/** Bytes that a gzip file cannot exceed when it is unpacked. */
export const mostOfGzip = ({ size }: Source, most: number): number => Math.min(most, MOST_PACKED * size);

/** The content of a gzip file. Never unpacks more than `most` bytes, and keeps none of them. */
export const unpackGzip = (source: Source, file: string, most: number): Content =>
  unpack(createGunzip, source, 0, source.size, file, most);

/** Ways to store an entry (APPNOTE.TXT, 4.4.5). */
const STORED = 0;
const DEFLATED = 8;

/** The content of an archive's entry. Throws at its end where it is not what the entry says. Never unpacks more than `most` bytes. */
export async function* unpackEntry(
  source: Source,
  { start, end, method, encrypted, crc, size }: ZipEntry,
  file: string,
  most: number,
): AsyncGenerator<Uint8Array> {
  if (encrypted) throw new DataError(t`the archive is encrypted`, { file });
  if (method !== STORED && method !== DEFLATED) {
    throw new DataError(t`the archive is packed by method ${method}: expected 0 (stored) or 8 (deflate)`, {
      file,
    });
  }
  const content =
    method === STORED
      ? piecesOf(source, start, end)
      : unpack(createInflateRaw, source, start, end, file, most);
  let length = 0;
  let sum = 0;
  for await (const piece of content) {
    length += piece.length;
    sum = crc32(piece, sum);
    yield piece;
  }
  if (length !== size || sum !== crc) {
    throw new DataError(t`the archive is damaged: the array is not what its entry says`, { file });
  }
}

/** Bytes that are unpacked at a time. */
const CHUNK = 2 ** 17;

async function* unpack(
  create: (options: ZlibOptions) => Transform,
  source: Source,
  start: number,
  end: number,
  file: string,
  most: number,
): AsyncGenerator<Uint8Array> {
  // The pieces wait in a queue: each needs memory of its own.
  const packed = Readable.from(piecesOf(source, start, end, true), { highWaterMark: 1 });
  // What goes wrong in one of them goes wrong in the last, which the loop reads and in the end destroys.
  const unpacked = pipeline(packed, create({ chunkSize: CHUNK }), () => undefined);
  let length = 0;
  try {
    for await (const piece of unpacked as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > most) {
        throw new DataError(t`more than ${most} bytes when unpacked: no more are read`, { file });
      }
      yield piece;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new DataError(t`the packed data are damaged or cut off`, { file });
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");
