import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep, win32 } from "node:path";
import { DataError } from "../engine/data/error.ts";
import { t } from "../l10n/translate.ts";
import type { Source } from "./source.ts";

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

/** A file that is open for reading. */
export interface OpenFile extends Source {
  /** Throws `DataError` where it was written to since it was opened. */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file that a model file names, relative to itself. Throws `DataError` where it lies outside of the root (links followed),
 * is missing, not a plain file, or too large.
 */
export async function openInside(location: Location, path: string, limits = LIMITS): Promise<OpenFile> {
  return inWords(path, async () => {
    const way = await wayTo(location, path);
    // Before opening: that would wait for a pipe, and may act on a device.
    checkFile(await stat(await realInside(way, path), { bigint: true }), path, limits);
    const handle = await open(way.wanted, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat({ bigint: true });
      await checkHandle(handle, stats, way, path);
      checkFile(stats, path, limits);
      return opened(handle, stats, path);
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

const opened = (handle: FileHandle, stats: BigIntStats, path: string): OpenFile => ({
  size: Number(stats.size),
  read: (into, position) =>
    inWords(path, async () => (await handle.read(into, 0, into.length, position)).bytesRead),
  async checkUnchanged() {
    const now = await inWords(path, () => handle.stat({ bigint: true }));
    if (now.size === stats.size && now.mtimeNs === stats.mtimeNs) return;
    throw new DataError(t`the file was changed while it was read: try again`, { file: path });
  },
  close: () => handle.close(),
});

/** What is asked for, and where that must lie. Absolute paths. */
interface Way {
  readonly wanted: string;
  readonly top: string;
}

async function wayTo({ file, root }: Location, path: string): Promise<Way> {
  const place = { file: path };
  const local = path.replaceAll("\\", "/");
  if (isAbsolute(local) || win32.isAbsolute(local) || win32.parse(local).root !== "") {
    throw new DataError(t`an absolute path: expected one relative to the model file`, place);
  }
  if (local.includes("\0")) throw new DataError(t`not a path: it holds a character of code 0`, place);
  const [folder, top] = await Promise.all([realpath(dirname(file)), realpath(root)]);
  const wanted = resolve(folder, local);
  if (!isInside(wanted, top)) throw outside(path); // before asking whether it exists
  return { wanted, top };
}

const outside = (path: string): DataError =>
  new DataError(t`outside of the workspace folder: data are read only from within it`, { file: path });

/** The real path of a file that a model file names. Throws `DataError` where it lies outside of the root, links followed. */
export const pathInside = async (location: Location, path: string): Promise<string> =>
  realInside(await wayTo(location, path), path);

/** The real path of what is asked for. */
async function realInside({ wanted, top }: Way, path: string): Promise<string> {
  const real = await realpath(wanted);
  if (!isInside(real, top)) throw leadsOut(path);
  return real;
}

const leadsOut = (path: string): DataError =>
  new DataError(t`a link that leads out of the workspace folder: data are read only from within it`, {
    file: path,
  });

/**
 * Throws unless what has been opened is what lies inside. A folder may have been exchanged for a link after it was looked at: so
 * the open file itself is compared, and where the system tells where that lies, this is what counts.
 */
async function checkHandle(
  handle: FileHandle,
  { dev, ino }: BigIntStats,
  way: Way,
  path: string,
): Promise<void> {
  const real = await realInside(way, path);
  const now = await stat(real, { bigint: true });
  const lies = await placeOf(handle);
  const isSame = now.dev === dev && now.ino === ino;
  if (!isSame || (lies !== undefined && !isInside(lies, way.top))) throw leadsOut(path);
}

/** Where an open file lies, as Linux tells it; `undefined` elsewhere. */
async function placeOf({ fd }: FileHandle): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    return await readlink(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // no /proc
  }
}

/** Whether a path lies in a folder or is it. Both absolute, links resolved. */
export function isInside(path: string, top: string): boolean {
  const way = relative(top, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function checkFile(stats: BigIntStats, path: string, { file: most }: Limits): void {
  if (stats.isDirectory()) throw new DataError(t`a folder: expected a file`, { file: path });
  if (!stats.isFile()) throw new DataError(t`neither a file nor a folder: expected a file`, { file: path });
  if (stats.size > most) {
    throw new DataError(t`${String(stats.size)} bytes: files of up to ${most} bytes are read`, {
      file: path,
    });
  }
}

/** Says what the system says of a file in words. */
async function inWords<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(sentenceOf(error), { file: path });
  }
}

/** What the system says of a file, in words. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: t`there is no such file`,
  ENOTDIR: t`there is no such file: a part of its path is not a folder`,
  EACCES: t`the file may not be read: permission denied`,
  EPERM: t`the file may not be read: permission denied`,
  ELOOP: t`its links lead in a circle`,
  ENAMETOOLONG: t`the path is too long`,
  EISDIR: t`a folder: expected a file`,
  ENXIO: t`neither a file nor a folder: expected a file`,
};

/** What is wrong with a file, as its system error says it. */
export function sentenceOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return (
    SENTENCES[code] ?? t`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`
  );
}
