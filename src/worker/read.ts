import { t } from "../l10n/translate.ts";
import type { ReadProgress } from "../protocol/worker.ts";
import { DataError } from "../engine/data/error.ts";
import { type ContentSize, type DataFile, nameOf, type Pass, type Reading } from "../engine/data/reading.ts";
import { LIMITS, type Limits, type Location, openInside, type OpenFile } from "./files.ts";
import { type Content, piecesOf, type Source } from "./source.ts";
import { isGzip, mostOfGzip, unpackEntry, unpackGzip } from "./unpack.ts";
import { findMember } from "./zip.ts";

export interface ReadOptions {
  /** Ends the reading: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is called after every piece, which are some hundreds a second. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/**
 * Does the passes over files that a reading asks for, and returns what it makes of them. No more of a file is held than a piece
 * of 256 KB; between two pieces the thread looks at its messages. Throws `DataError`.
 */
export async function follow<T>(
  reading: Reading<T>,
  location: Location,
  limits: Limits = LIMITS,
  options: ReadOptions = {},
): Promise<T> {
  const files = new Map<string, OpenFile>();
  const fileOf = async (path: string): Promise<OpenFile> => {
    const file = files.get(path) ?? (await openInside(location, path, limits));
    files.set(path, file);
    return file;
  };
  try {
    for (let step = reading.next(); ;) {
      if (step.done) {
        for (const file of files.values()) await file.checkUnchanged();
        return step.value;
      }
      step = reading.next(await pass(step.value, await fileOf(step.value.file.path), limits, options));
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function pass(
  { file, sink, turn }: Pass,
  opened: OpenFile,
  limits: Limits,
  { signal, onProgress }: ReadOptions,
): Promise<ContentSize> {
  let at = 0;
  const source: Source = {
    size: opened.size,
    async read(into, position) {
      signal?.throwIfAborted();
      const count = await opened.read(into, position);
      at = position + count;
      return count;
    },
  };
  const { pieces, size, packed } = await contentOf(file, source, limits);
  let wrong: DataError | undefined;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    // Nonsense may come out of a packed file that is damaged: then that is what is wrong, and it shows at the end.
    if (!wrong) wrong = attempt(() => sink.push(piece));
    if (wrong ? !packed : sink.done) break;
    if (turn) {
      const { index, of } = turn;
      onProgress?.({ file: file.path, read: index * opened.size + at, total: of * opened.size });
    }
  }
  if (wrong) throw wrong;
  if (!sink.done) sink.end();
  return size;
}

function attempt(run: () => void): DataError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

interface Unpacked {
  readonly pieces: Content;
  readonly size: ContentSize;
  readonly packed: boolean;
}

/** A file's content, unpacked where it is packed. Throws where it would be more than the limit. */
async function contentOf(file: DataFile, source: Source, { unpacked }: Limits): Promise<Unpacked> {
  const { path, member } = file;
  if (member !== undefined) {
    const entry = await findMember(source, path, member);
    if (entry.size > unpacked) {
      throw new DataError(t`${entry.size} bytes when unpacked: up to ${unpacked} bytes are read`, {
        file: nameOf(file),
      });
    }
    const pieces = unpackEntry(source, entry, nameOf(file), unpacked);
    return { pieces, size: { bytes: entry.size, exact: true }, packed: true };
  }
  if (await isGzip(source)) {
    const size = { bytes: mostOfGzip(source, unpacked), exact: false };
    return { pieces: unpackGzip(source, path, unpacked), size, packed: true };
  }
  return { pieces: piecesOf(source), size: { bytes: source.size, exact: true }, packed: false };
}
