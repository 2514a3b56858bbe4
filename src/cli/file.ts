import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LIMITS } from "../model/limits.ts";
import type { Location } from "../worker/files.ts";

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

/** Reads a model file. Its data may lie anywhere below the current folder, or below the file's own. */
export async function readModelFile(name: string): Promise<ModelFile> {
  const file = resolve(name);
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) {
      throw new FileError(`${name}: ${size} bytes are too many for a model file: at most ${MOST_BYTES}`);
    }
    const below = `${file}/`.startsWith(`${process.cwd()}/`);
    return {
      name,
      text: await readFile(file, "utf8"),
      location: { file, root: below ? process.cwd() : dirname(file) },
    };
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new FileError(`${name}: ${code === "ENOENT" ? "there is no such file" : String(error)}`);
  }
}
