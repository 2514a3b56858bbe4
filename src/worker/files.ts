import { constants, type Stats } from "node:fs";
import { open, realpath, stat, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep, win32 } from "node:path";
import { DataError } from "../engine/data/error.ts";
import type { Loading } from "./loading.ts";

/** Where a model file lies, and the folder that its files must lie in. Absolute paths. */
export interface Location {
  readonly file: string;
  readonly root: string;
}

/** Sizes beyond which a file is refused, in bytes: on disk, and unpacked. */
export interface Limits {
  readonly file: number;
  readonly unpacked: number;
}

export const LIMITS: Limits = { file: 2 ** 29, unpacked: 2 ** 29 };

/**
 * The bytes of a file that a model file names, relative to itself. Throws `DataError` where it lies outside of the root
 * (links followed), is missing, not a plain file, or too large.
 */
export async function readInside(
  location: Location,
  path: string,
  limits = LIMITS,
  loading: Loading = {},
): Promise<Uint8Array> {
  const place = { file: path };
  try {
    const real = await pathInside(location, path);
    // Before opening: that would wait for a pipe, and may act on a device.
    checkFile(await stat(real), path, limits);
    const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      checkFile(stats, path, limits);
      return await readAll(handle, stats.size, path, loading);
    } finally {
      await handle.close();
    }
  } catch (error) {
    loading.signal?.throwIfAborted();
    throw error instanceof DataError ? error : new DataError(sentence(error), place);
  }
}

/** The real path of the file. Throws `DataError` where it lies outside of the root, links followed. */
export async function pathInside({ file, root }: Location, path: string): Promise<string> {
  const place = { file: path };
  const local = path.replaceAll("\\", "/");
  if (isAbsolute(local) || win32.isAbsolute(local) || win32.parse(local).root !== "") {
    throw new DataError("an absolute path: expected one relative to the model file", place);
  }
  if (local.includes("\0")) throw new DataError("not a path: it holds a character of code 0", place);
  const [folder, top] = await Promise.all([realpath(dirname(file)), realpath(root)]);
  const outside = new DataError("outside of the workspace folder: data are read only from within it", place);
  const wanted = resolve(folder, local);
  if (!isInside(wanted, top)) throw outside; // before asking whether it exists
  const real = await realpath(wanted);
  if (!isInside(real, top)) throw outside;
  return real;
}

function isInside(path: string, top: string): boolean {
  const way = relative(top, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function checkFile(stats: Stats, path: string, { file: most }: Limits): void {
  if (stats.isDirectory()) throw new DataError("a folder: expected a file", { file: path });
  if (!stats.isFile()) throw new DataError("neither a file nor a folder: expected a file", { file: path });
  if (stats.size > most) {
    throw new DataError(`${stats.size} bytes: files of up to ${most} bytes are read`, { file: path });
  }
}

/** Bytes that are read before the reader looks whether they are still wanted. */
const CHUNK = 2 ** 20;

/** As many bytes as the file had when it was opened, fewer if it has shrunk since. */
async function readAll(
  handle: FileHandle,
  size: number,
  file: string,
  { signal, onProgress }: Loading,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK, size - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
    onProgress?.({ file, read: at, total: size });
  }
  return bytes.subarray(0, at);
}

/** What the system says of a file, in words. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file: a part of its path is not a folder",
  EACCES: "the file may not be read: permission denied",
  EPERM: "the file may not be read: permission denied",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the path is too long",
};

/** Why a file cannot be read, in words. */
export function sentence(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return (
    SENTENCES[code] ?? `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`
  );
}
