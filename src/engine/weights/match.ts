import { t } from "../../l10n/translate.ts";
import { quoted } from "../../protocol/visible.ts";
import { closest } from "../data/closest.ts";
import { DataError } from "../data/error.ts";
import { show, type Shape } from "../tensor.ts";
import type { Stored, Wanted } from "./safetensors.ts";

/** What a model needs, by the names of its `state_dict`. */
export type Expected = ReadonlyMap<string, { readonly shape: Shape }>;

/** So many mistakes are named. */
const NAMED = 5;

/** What PyTorch puts before all names of a model within `DataParallel`, and of one that `torch.compile` has made. */
const WRAPPERS = ["module.", "_orig_mod."];

/** A count that BatchNorm keeps in PyTorch; only `momentum=None` reads it. */
const isIgnored = (name: string): boolean => name.split(".").at(-1) === "num_batches_tracked";

/**
 * The name in the model of every tensor that it needs, by the name in the file: the same, or without what a wrapper has put before
 * all of them. Throws `DataError` with what is missing, of another shape, or not the model's.
 */
export function matchWeights(expected: Expected, stored: Stored, file: string): Wanted {
  const common = commonPrefix([...stored.keys()]);
  const wrapped = wrappersOf(common);
  for (const prefix of wrapped) {
    const bare = without(prefix, stored);
    if (!mistakesOf(expected, bare).next().done) continue;
    const found = [...bare.keys()].filter((name) => expected.has(name));
    return new Map(found.map((name) => [prefix + name, name]));
  }
  const foreign = prefixesOf(common).find(
    (prefix) => mistakesOf(expected, without(prefix, stored)).next().done,
  );
  throw new DataError(
    foreign === undefined
      ? sentences(expected, stored, wrapped.at(-1) ?? "")
      : t`every name begins with ${quoted(foreign)}, and all tensors fit without it: save the state_dict of ${quoted(foreign.slice(0, -1))} alone`,
    { file },
  );
}

/** The longest beginning of all names that ends in a dot; empty where there is none. */
function commonPrefix(names: readonly string[]): string {
  const [first = ""] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  const common = first.slice(0, length);
  return common.slice(0, common.lastIndexOf(".") + 1);
}

/** Parts of a prefix that are looked at; nobody has so many. */
const MOST_PARTS = 32;

/** Every beginning that ends in a dot, the shortest first. */
const prefixesOf = (common: string): readonly string[] => {
  const parts = common.split(".", MOST_PARTS + 1).slice(0, -1);
  return parts.map((_, i) => `${parts.slice(0, i + 1).join(".")}.`);
};

/** Nothing, and as many wrappers as follow each other, one more each time. */
function wrappersOf(common: string): readonly string[] {
  const prefixes = [""];
  for (const prefix of prefixes) {
    const next = WRAPPERS.find((wrapper) => common.startsWith(prefix + wrapper));
    if (next !== undefined && prefixes.length < MOST_PARTS) prefixes.push(prefix + next);
  }
  return prefixes;
}

const without = (prefix: string, stored: Stored): Stored =>
  prefix === "" ? stored : new Map([...stored].map(([name, tensor]) => [name.slice(prefix.length), tensor]));

function sentences(expected: Expected, stored: Stored, prefix: string): string {
  const mistakes = [...mistakesOf(expected, without(prefix, stored))];
  const named = mistakes.slice(0, NAMED).map((sentence) => sentence());
  const more = mistakes.length > NAMED ? [t`and ${mistakes.length - NAMED} more`] : [];
  const less = prefix === "" ? "" : t`without ${quoted(prefix)} before all names, `;
  return less + [...named, ...more].join("; ");
}

/** Each as a function of its sentence: only those that are named are spelled out. */
function* mistakesOf(expected: Expected, tensors: Stored): Generator<() => string> {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  for (const [name, { shape }] of tensors) {
    const wanted = expected.get(name);
    if (wanted && show(wanted.shape) !== show(shape)) {
      yield () => t`${quoted(name)} is ${show(shape)} in the file, but ${show(wanted.shape)} in the model`;
    }
    if (!wanted && !isIgnored(name)) yield () => unknown(name, missing, [...expected.keys()]);
  }
  for (const name of missing) {
    yield () => t`${quoted(name)} ${show(expected.get(name)?.shape ?? [])} of the model is missing`;
  }
}

function unknown(name: string, missing: readonly string[], all: readonly string[]): string {
  const guess = closest(name, missing) ?? closest(name, all);
  const question = guess === undefined ? "" : t`: did you mean ${quoted(guess)}?`;
  return t`the model has no ${quoted(name)}${question}`;
}
