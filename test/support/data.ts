import assert from "node:assert/strict";
import type {
  Dataset,
  FileSet,
  GeneratedSet,
  TargetKind,
  DataRequirements,
} from "../../src/engine/data/data.ts";
import { DataError } from "../../src/engine/data/error.ts";
import { normalize } from "../../src/engine/data/normalize.ts";
import type { Reading } from "../../src/engine/data/reading.ts";
import type { Declared } from "../../src/engine/params.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import type { Shape } from "../../src/engine/tensor.ts";

export const required = (input: Shape, output: Shape, targets: TargetKind): DataRequirements => ({
  input,
  output,
  targets,
});

/** Every argument: those given, read as the parser reads them, and the defaults of the others. */
export function argumentsOf(
  set: Declared,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name of Object.keys(given)) assert.ok(Object.hasOwn(set.params, name), `no parameter ${name}`);
  return Object.fromEntries(
    Object.entries(set.params).map(([name, param]) => {
      if (!Object.hasOwn(given, name)) {
        assert.ok(!param.required, `${name} is required`);
        return [name, param.fallback as unknown];
      }
      const read = param.read(given[name]);
      assert.ok("value" in read, `${name}: ${"expected" in read ? read.expected : ""}`);
      return [name, read.value as unknown];
    }),
  );
}

export function generate(
  set: GeneratedSet,
  given: Readonly<Record<string, unknown>>,
  required: DataRequirements,
  seed = 0,
): Dataset {
  const params = argumentsOf(set, given);
  set.check(params, required);
  return set.generate(new Generator(seed), params, required);
}

/** What a reading makes of files, in the order in which it asks for them: each handed over in pieces of `size` bytes, which are written over. */
export function follow<T>(reading: Reading<T>, files: readonly Uint8Array[], size: number): T {
  const names: string[] = [];
  for (let step = reading.next(); ;) {
    if (step.done) return step.value;
    const { file, sink } = step.value;
    const name = `${file.path}:${file.member ?? ""}`;
    if (!names.includes(name)) names.push(name);
    const bytes = files[names.indexOf(name)];
    for (let at = 0; at < bytes.length && !sink.done; at += size) {
      const piece = new Uint8Array(bytes.subarray(at, at + size));
      sink.push(piece);
      piece.fill(0xee);
    }
    if (!sink.done) sink.end();
    step = reading.next({ bytes: bytes.length, exact: true });
  }
}

const outcome = <T>(run: () => T): { readonly result: T } | { readonly error: string } => {
  try {
    return { result: run() };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { error: error.message };
  }
};

/** What a reading makes of files, which is the same in whatever pieces they come. */
export function inPieces<T>(reading: () => Reading<T>, files: readonly Uint8Array[]): T {
  const whole = outcome(() => follow(reading(), files, Infinity));
  const length = files.reduce((sum, { length }) => sum + length, 0);
  for (const size of length < 2_000 ? [1, 2, 3, 7] : length < 1e6 ? [64, 1_000] : []) {
    assert.deepEqual(
      outcome(() => follow(reading(), files, size)),
      whole,
      `in pieces of ${size} bytes`,
    );
  }
  return follow(reading(), files, Infinity);
}

export const load = (
  set: FileSet,
  given: Readonly<Record<string, unknown>>,
  files: readonly Uint8Array[],
  required: DataRequirements,
): Dataset => {
  const params = argumentsOf(set, given);
  return inPieces(() => set.read(params, required), files);
};

/** The inputs of the data set, normalised where they lie. */
export function normalized(dataset: Dataset): Float32Array {
  for (const _ of normalize(dataset));
  return dataset.inputs;
}

/** Passes when `run` throws a `DataError` with a message that matches. */
export const refuses = (run: () => unknown, message: RegExp | string): void =>
  assert.throws(run, (error) => {
    if (!(error instanceof DataError)) throw error;
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
