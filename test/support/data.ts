import assert from "node:assert/strict";
import type { Dataset, FileSet, GeneratedSet, TargetKind, Wants } from "../../src/engine/data/data.ts";
import { DataError } from "../../src/engine/data/error.ts";
import type { Declared } from "../../src/engine/params.ts";
import { Generator } from "../../src/engine/rng.ts";
import type { Shape } from "../../src/engine/tensor.ts";

export const wants = (input: Shape, output: Shape, targets: TargetKind): Wants => ({
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
  wants: Wants,
  seed = 0,
): Dataset {
  const params = argumentsOf(set, given);
  set.check(params, wants);
  return set.generate(new Generator(seed), params, wants);
}

export const load = (
  set: FileSet,
  given: Readonly<Record<string, unknown>>,
  files: readonly Uint8Array[],
  wants: Wants,
): Dataset => set.load(files, argumentsOf(set, given), wants);

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
