import { parse } from "../model/parse.ts";
import type { ParsedModel } from "../model/parsed.ts";
import type { Problem } from "../protocol/problem.ts";
import { listed, quoted } from "../protocol/visible.ts";
import { line } from "../text/quote.ts";
import { checkFile } from "../worker/load.ts";
import type { ModelFile } from "./file.ts";
import { EXIT, type ExitCode, type Output } from "./output.ts";
import { problemLines, problemsOf } from "./problems.ts";

/** Writes the problems of a file, those of its data included, on standard error; an exit code where there is an error. */
export async function check({ name, text, location }: ModelFile, { err }: Output): Promise<ExitCode> {
  const problems = await checkFile(text, location);
  if (problems.length > 0) err(problemLines(name, text, problems));
  return problems.some(isError) ? EXIT.badFile : EXIT.completed;
}

const isError = ({ severity }: Problem): boolean => severity === "error";

/**
 * The model of the file that the user means: the named one, or the only one. Writes what is wrong where there is none, or
 * where it has problems; then the result is an exit code. What is wrong with other models is no obstacle, and told in a line.
 */
export function chooseModel(
  file: ModelFile,
  wanted: string | undefined,
  { err }: Output,
): ParsedModel | ExitCode {
  const { name, text } = file;
  const { models, problems } = parse(text);
  const names = models.map((model) => model.name);
  if (wanted === undefined && models.length > 1) {
    err(line`${name} has ${models.length} models: choose one with --model: ${listed(names)}`);
    return EXIT.usage;
  }
  const model = wanted === undefined ? models[0] : models.find((one) => one.name === wanted);
  if (!model && wanted !== undefined && models.length > 0) {
    err(line`${name} has no model ${quoted(wanted)}: it has ${listed(names)}`);
    return EXIT.usage;
  }
  if (!model?.spec) {
    err(problemLines(name, text, problems));
    return EXIT.badFile;
  }
  const [first, ...more] = problemsOf(name, text, problems.filter(isError));
  if (first !== undefined) {
    const others = more.length > 0 ? ` (and ${more.length} more: gradlens check lists them)` : "";
    err(line`${quoted(model.name)} is valid and runs; elsewhere in its file: ${first}${others}`);
  }
  return model;
}
