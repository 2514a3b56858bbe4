import { stat, writeFile } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { dataSets } from "../engine/data/index.ts";
import type { DataType } from "../engine/data/data.ts";
import type { ModelSpec } from "../engine/spec.ts";
import type { ParsedModel } from "../model/parsed.ts";
import { exportModel } from "../pytorch/export.ts";
import { line, lines } from "../text/quote.ts";
import { FileError, type ModelFile } from "./file.ts";
import { EXIT, type ExitCode, type Output } from "./output.ts";

/** Writes a model as a PyTorch program: to the file, or where none is named on standard output. */
export async function exportTo(
  { location }: ModelFile,
  { spec }: ParsedModel,
  path: string | undefined,
  { out, err }: Output,
): Promise<ExitCode> {
  if (!spec) return EXIT.badFile;
  const home = dirname(location.file);
  const folder = relative(dirname(resolve(path ?? "model.py")), home)
    .split(sep)
    .join("/");
  const program = exportModel(spec, folder === "" ? {} : { folder });
  if (path === undefined) {
    await out(lines(program));
    return EXIT.completed;
  }
  if (/^(.*\.)?gradlens\.json$/i.test(basename(path))) {
    throw new FileError(`${path}: the name of a model file: expected one such as model.py`);
  }
  const sources = [location.file, ...filesOf(spec).map((file) => resolve(home, file))];
  for (const source of sources) {
    if (await isSame(path, source)) {
      const what = source === location.file ? "the model file itself" : "a file that the model reads";
      throw new FileError(`${path}: ${what}, which the program would replace: name another file`);
    }
  }
  try {
    await writeFile(path, program);
  } catch (error) {
    throw new FileError(
      `${path}: cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  err(line`${path} written: run it with Python where torch is installed`);
  return EXIT.completed;
}

/** The files that a model names, relative to its own. */
function filesOf({ data: { type, params }, weights }: ModelSpec): readonly string[] {
  const set = (dataSets as Readonly<Record<string, DataType>>)[type];
  const files = set.kind === "file" ? set.files(params) : [];
  return [...files, ...(weights === undefined ? [] : [weights])].map((file) => file.replaceAll("\\", "/"));
}

/** One file by two paths, links of both kinds among them. */
async function isSame(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false; // one of them is not there
  }
}
