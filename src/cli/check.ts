import { parse, type ParsedModel } from "../model/parse.ts";
import { checkFile } from "../worker/load.ts";
import type { ModelFile } from "./file.ts";
import { EXIT, type ExitCode, type Output } from "./output.ts";
import { problemLines } from "./problems.ts";

/** Writes the problems of a file, those of its data included, on standard error; an exit code where there is an error. */
export async function check({ name, text, location }: ModelFile, { err }: Output): Promise<ExitCode> {
  const problems = await checkFile(text, location);
  err(problemLines(name, text, problems));
  return problems.some(({ severity }) => severity === "error") ? EXIT.badFile : EXIT.completed;
}

/**
 * The model of the file that the user means: the named one, or the only one. Writes what is wrong where there is none, or
 * where it has problems; then the result is an exit code.
 */
export function chooseModel(
  { name, text }: ModelFile,
  wanted: string | undefined,
  { err }: Output,
): ParsedModel | ExitCode {
  const { models, problems } = parse(text);
  const names = models.map((model) => model.name);
  if (wanted === undefined && models.length > 1) {
    err(`${name} has ${models.length} models: choose one with --model: ${names.join(", ")}\n`);
    return EXIT.usage;
  }
  const model = wanted === undefined ? models[0] : models.find((one) => one.name === wanted);
  if (!model && wanted !== undefined && models.length > 0) {
    err(`${name} has no model "${wanted}": it has ${names.join(", ")}\n`);
    return EXIT.usage;
  }
  if (model?.spec) return model;
  err(problemLines(name, text, problems));
  return EXIT.badFile;
}
