import type { DataFile, Dataset, DataType, Wants } from "../engine/data/data.ts";
import { DataError } from "../engine/data/error.ts";
import { normalize } from "../engine/data/dataset.ts";
import { checkTokens } from "../engine/data/fit.ts";
import { dataSets } from "../engine/data/index.ts";
import type { Generator } from "../engine/rng.ts";
import type { DataSpec } from "../engine/spec.ts";
import { LIMITS, readInside, type Limits, type Location } from "./files.ts";
import type { Loading } from "./loading.ts";
import { unpackGzip, unpackMember } from "./unpack.ts";

/**
 * The data set of a model, normalised where the model file says so. Throws `DataError` where there is none to be had, and the
 * signal's reason once it is aborted.
 */
export async function loadData(
  spec: DataSpec,
  location: Location,
  wants: Wants,
  generator: Generator,
  limits: Limits = LIMITS,
  loading: Loading = {},
): Promise<Dataset> {
  const dataset = await make(spec, location, wants, generator, limits, loading);
  if (wants.ids === undefined) return spec.normalize ? normalize(dataset) : dataset;
  if (spec.normalize)
    throw new DataError('"normalize" is not for ids of tokens: leave it out where Embedding comes first');
  checkTokens(dataset, wants.ids);
  return dataset;
}

async function make(
  { type, params }: DataSpec,
  location: Location,
  wants: Wants,
  generator: Generator,
  limits: Limits,
  loading: Loading,
): Promise<Dataset> {
  const set = Object.hasOwn(dataSets, type)
    ? (dataSets as Readonly<Record<string, DataType>>)[type]
    : undefined;
  if (!set) throw new DataError(`there is no data set "${type}"`);
  if (set.kind === "generated") {
    set.check(params, wants);
    return set.generate(generator, params, wants);
  }
  const bytes: Uint8Array[] = [];
  for (const file of set.files(params)) bytes.push(await contentOf(file, location, limits, loading));
  loading.signal?.throwIfAborted();
  return set.load(bytes, params, wants);
}

async function contentOf(
  { path, member }: DataFile,
  location: Location,
  limits: Limits,
  loading: Loading,
): Promise<Uint8Array> {
  const bytes = await readInside(location, path, limits, loading);
  return member === undefined
    ? unpackGzip(bytes, path, limits.unpacked)
    : unpackMember(bytes, path, member, limits.unpacked);
}
