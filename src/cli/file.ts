import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { decodeText } from "../engine/data/formats/encoding.ts";
import { LIMITS } from "../model/limits.ts";
import { isInside, type Location, sentenceOf } from "../worker/files.ts";

/** A character of UTF-8 takes up to four bytes; the parser counts characters. */
const MOST_BYTES = 4 * LIMITS.characters;

/** A model file as the command line names it. */
export interface ModelFile {
  /** As it was typed: what messages show. */
  readonly name: string;
  readonly text: string;
  readonly location: Location;
}

/** A file that cannot be read at all; the message has its name. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/**
 * Reads a model file, in the encoding that the editor would read it in. Its data may lie in its own folder and below, or below
 * `root` where that is given.
 */
export async function readModelFile(name: string, root?: string): Promise<ModelFile> {
  const file = resolve(name);
  const text = decodeText(await contentOf(file, name));
  return { name, text, location: { file, root: await rootOf(file, name, root) } };
}

async function rootOf(file: string, name: string, root: string | undefined): Promise<string> {
  if (root === undefined) return dirname(file);
  const [folder, top] = await Promise.all([
    inWords(name, () => realpath(dirname(file))),
    inWords(root, () => realpath(root)),
  ]);
  if (isInside(folder, top)) return top;
  throw new FileError(`${name}: not below ${root}, the folder that --root names`);
}

async function contentOf(file: string, name: string): Promise<Uint8Array> {
  // Without waiting, where it is a pipe, for somebody to write to it.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = await inWords(name, () => open(file, flags));
  try {
    checkKind(await inWords(name, () => handle.stat()), name);
    return await inWords(name, () => readAll(handle, name));
  } finally {
    await handle.close();
  }
}

function checkKind(stats: Stats, name: string): void {
  if (stats.isDirectory()) throw new FileError(`${name}: a folder: expected a model file`);
  if (!stats.isFile()) throw new FileError(`${name}: neither a file nor a folder: expected a model file`);
  if (stats.size > MOST_BYTES) throw tooLarge(name, stats.size);
}

const tooLarge = (name: string, size: number | string): FileError =>
  new FileError(`${name}: ${size} bytes are too many for a model file: at most ${MOST_BYTES}`);

/** Everything, however large the file was said to be, but no more than a model file may have. */
async function readAll(handle: FileHandle, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(2 ** 16), 0, 2 ** 16, length);
    if (bytesRead === 0) return Buffer.concat(pieces);
    length += bytesRead;
    if (length > MOST_BYTES) throw tooLarge(name, `more than ${MOST_BYTES}`);
    pieces.push(buffer.subarray(0, bytesRead));
  }
}

/** Says what the system says of a file in words. */
async function inWords<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(`${name}: ${sentenceOf(error)}`);
  }
}
