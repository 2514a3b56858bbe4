import { writeFile } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import type { ParsedModel } from "../model/parse.ts";
import { exportModel } from "../pytorch/export.ts";
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
    await out(program);
    return EXIT.completed;
  }
  try {
    await writeFile(path, program);
  } catch (error) {
    throw new FileError(
      `${path}: cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  err(`${path} written: run it with Python where torch is installed\n`);
  return EXIT.completed;
}
