import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

export const repo = resolve(import.meta.dirname, "../..");

export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Types that a doc comment imports, as those of .mjs files do. */
const DOC_IMPORT = /import\("([^"]+)"\)/g;

/** All imports of a file, as paths from the repository's root or names of packages; those of types alone too. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(join(repo, file), "utf8");
  const specifiers = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const documented = file.endsWith(".mjs") ? [...text.matchAll(DOC_IMPORT)].map(([, name]) => name) : [];
  return [...specifiers, ...documented].map((to) => ({
    from: file,
    to: to.startsWith(".") ? relative(repo, resolve(repo, dirname(file), to)) : to,
  }));
}

/** Every file of code in these folders; assembly, whose imports leave the extension away, and declarations too. */
export const filesIn = (...folders: readonly string[]): string[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*.{ts,mts,mjs,js}`),
    { cwd: repo, exclude: ["**/node_modules/**", "tools/vscode/server/**"] },
  ).sort();
