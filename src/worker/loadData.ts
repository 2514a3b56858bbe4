import { setImmediate } from "node:timers/promises";
import type { Dataset, DataType, DataRequirements, InputFacts } from "../engine/data/data.ts";
import { DataError } from "../engine/data/error.ts";
import { checkTokens } from "../engine/data/fit.ts";
import { dataSets } from "../engine/data/index.ts";
import { measureInputs } from "../engine/data/inputFacts.ts";
import { normalize, normalizeTargets } from "../engine/data/normalize.ts";
import type { Generator } from "../engine/rng/generator.ts";
import type { DataSpec } from "../engine/spec.ts";
import { t } from "../l10n/translate.ts";
import { LIMITS, type Limits, type Location } from "./files.ts";
import { follow, type ReadOptions } from "./read.ts";

/**
 * The data set of a model, normalised where the model file says so. It belongs to the caller. Throws `DataError` where there is none
 * to be had, and the signal's reason where that ends it.
 */
export async function loadData(
  spec: DataSpec,
  location: Location,
  required: DataRequirements,
  generator: Generator,
  limits: Limits = LIMITS,
  options: ReadOptions = {},
): Promise<Dataset> {
  if (spec.normalize && required.ids !== undefined) {
    throw new DataError(t`"normalize" is not for ids of tokens: leave it out where Embedding comes first`);
  }
  if (spec.normalize_targets && required.targets !== "number") {
    throw new DataError(t`"normalize_targets" is for numbers: the targets of this loss are classes`);
  }
  const dataset = await make(spec, location, required, generator, limits, options);
  if (required.ids !== undefined) checkTokens(dataset, required.ids);
  if (spec.normalize) await inPieces(normalize(dataset), options);
  if (spec.normalize_targets) await inPieces(normalizeTargets(dataset), options);
  const inputFacts = await inPieces<InputFacts>(measureInputs(dataset), options);
  return { ...dataset, inputFacts };
}

/** Lets messages through in between. */
async function inPieces<T>(work: Iterator<void, T>, { signal }: ReadOptions): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    signal?.throwIfAborted();
    await setImmediate();
  }
}

async function make(
  { type, params }: DataSpec,
  location: Location,
  required: DataRequirements,
  generator: Generator,
  limits: Limits,
  options: ReadOptions,
): Promise<Dataset> {
  const set = Object.hasOwn(dataSets, type)
    ? (dataSets as Readonly<Record<string, DataType>>)[type]
    : undefined;
  if (!set) throw new DataError(t`there is no data set "${type}"`);
  if (set.kind === "file") return follow(set.read(params, required), location, limits, options);
  set.check(params, required);
  return set.generate(generator, params, required);
}
