import { dirname, isAbsolute, relative, resolve, sep } from "node:path";

/** A file that a model file names, as a file system watcher is asked about it. */
export interface Watched {
  /** Absolute path of the file. */
  readonly path: string;
  /** Absolute path of the folder that the pattern is relative to. */
  readonly base: string;
  /** Glob of the file and of the folders on the way to it: who deletes a folder is not told of every file in it. */
  readonly pattern: string;
}

/**
 * What is to be watched of a path that a model file names; `undefined` where it lies outside of the root, which nobody reads.
 * Where no folder is open (`root` is then the file's own) the data's folder alone is watched, never all that lies below the root.
 */
export function watchedOf(
  { file, root }: { readonly file: string; readonly root: string },
  path: string,
  folderIsOpen: boolean,
): Watched | undefined {
  const local = path.replaceAll("\\", "/");
  if (local.includes("\0") || isAbsolute(local)) return undefined;
  const whole = resolve(dirname(file), local);
  const inside = relative(root, whole);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    return undefined;
  if (!folderIsOpen)
    return { path: whole, base: dirname(whole), pattern: literal(relative(dirname(whole), whole)) };
  const parts = inside.split(sep).map(literal);
  const ways = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
  return { path: whole, base: root, pattern: ways.length > 1 ? `{${ways.join(",")}}` : (ways[0] ?? "") };
}

/** A glob has no way to quote: what has a meaning in it stands for any one character. */
const literal = (name: string): string => name.replace(/[*?[\]{},!\\]/g, "?");
