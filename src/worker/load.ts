import { DataError } from "../engine/data/error.ts";
import type { ModelSpec } from "../engine/spec.ts";
import type { Training } from "../engine/training/training.ts";
import { t } from "../l10n/translate.ts";
import { parse } from "../model/parse.ts";
import type { ParsedModel } from "../model/parsed.ts";
import { fieldRange } from "../model/locate.ts";
import { quoted } from "../protocol/visible.ts";
import type { Path } from "../protocol/path.ts";
import type { Problem } from "../protocol/problem.ts";
import type { RunOptions } from "../protocol/worker.ts";
import type { Location } from "./files.ts";
import { backendFor } from "./backends.ts";
import { DataStore } from "./dataStore.ts";
import { checkData, prepare, type Preparing } from "./prepare.ts";

/**
 * All problems of a model file, those of the files that its models name included. Rejects with the signal's reason once it is
 * aborted.
 */
export async function checkFile(
  text: string,
  location: Location,
  { store = new DataStore(0), ...wish }: Preparing = {},
): Promise<readonly Problem[]> {
  const { models, problems } = parse(text);
  const found = await Promise.all(
    models.map((model) => dataProblem(text, model, location, { store, ...wish })),
  );
  return [...problems, ...found.filter((problem) => problem !== undefined)];
}

async function dataProblem(
  text: string,
  model: ParsedModel,
  location: Location,
  preparing: Preparing,
): Promise<Problem | undefined> {
  if (!model.spec) return undefined;
  try {
    await checkData(model.spec, location, preparing);
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return problemOf(error, text, model);
    throw error;
  }
}

/** What is wrong with the files of a model, at the field that names them. */
export function problemOf({ message }: DataError, text: string, model: ParsedModel): Problem {
  const path = ["models", model.name, "data"];
  return { severity: "error", code: "data", message, path, ...fieldRange(text, model, "data") };
}

/** A model of the file, ready to be trained. Throws with what is wrong, in words, or the signal's reason once it is aborted. */
export async function load(
  text: string,
  name: string,
  location: Location,
  options: RunOptions,
  { onPath, ...preparing }: Preparing & { readonly onPath?: (path: Path) => void } = {},
): Promise<Training> {
  const spec = specOf(text, name);
  const { histEvery } = options;
  const how = { backend: backendFor(options, onPath), ...(histEvery && { histEvery }) };
  return prepare(withOptions(spec, options), location, how, preparing);
}

/** What is wrong with a model file, in words. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** A model of the file that can run. Throws a `ModelError`. */
export function specOf(text: string, name: string): ModelSpec {
  const { models, problems } = parse(text);
  const model = models.find((one) => one.name === name);
  if (!model) throw new ModelError(t`the file has no model ${quoted(name)}`);
  if (model.spec) return model.spec;
  const [first] = [...problems.filter(({ path }) => path[1] === name), ...problems];
  throw new ModelError(first?.message ?? t`the model ${quoted(name)} has problems`);
}

/** The model with what a run sets otherwise than the file. */
export const withOptions = (spec: ModelSpec, { steps, seed }: RunOptions): ModelSpec => ({
  ...spec,
  train: { ...spec.train, ...(steps !== undefined && { steps }), ...(seed !== undefined && { seed }) },
});
