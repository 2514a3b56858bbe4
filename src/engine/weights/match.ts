import { quoted } from "../../protocol/visible.ts";
import { closest } from "../data/closest.ts";
import { DataError } from "../data/error.ts";
import { show, type Shape } from "../tensor.ts";
import type { StoredTensor } from "./safetensors.ts";

/** What a model needs, by the names of its `state_dict`. */
export type Expected = ReadonlyMap<string, { readonly shape: Shape }>;

/** So many mistakes are named. */
const NAMED = 5;

/** A count that BatchNorm keeps in PyTorch; only `momentum=None` reads it. */
const isIgnored = (name: string): boolean => name.split(".").at(-1) === "num_batches_tracked";

/**
 * The values of every tensor of the model. Throws `DataError` with what is missing, of another shape, or not the
 * model's; nothing is copied unless all of it fits.
 */
export function matchWeights(
  expected: Expected,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): ReadonlyMap<string, Float32Array> {
  const mistakes = [...mistakesOf(expected, tensors)];
  if (mistakes.length > 0) {
    const more = mistakes.length > NAMED ? [`and ${mistakes.length - NAMED} more`] : [];
    const named = mistakes.slice(0, NAMED).map((sentence) => sentence());
    throw new DataError([...named, ...more].join("; "), { file });
  }
  const found = [...tensors].filter(([name]) => expected.has(name));
  return new Map(found.map(([name, tensor]) => [name, tensor.values()]));
}

/** Each as a function of its sentence: only those that are named are spelled out. */
function* mistakesOf(
  expected: Expected,
  tensors: ReadonlyMap<string, StoredTensor>,
): Generator<() => string> {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  for (const [name, { shape }] of tensors) {
    const wanted = expected.get(name);
    if (wanted && show(wanted.shape) !== show(shape)) {
      yield () => `${quoted(name)} is ${show(shape)} in the file, but ${show(wanted.shape)} in the model`;
    }
    if (!wanted && !isIgnored(name)) yield () => unknown(name, missing, [...expected.keys()]);
  }
  for (const name of missing) {
    yield () => `${quoted(name)} ${show(expected.get(name)?.shape ?? [])} of the model is missing`;
  }
}

function unknown(name: string, missing: readonly string[], all: readonly string[]): string {
  const guess = closest(name, missing) ?? closest(name, all);
  const question = guess === undefined ? "" : `: did you mean ${quoted(guess)}?`;
  return `the model has no ${quoted(name)}${question}`;
}
