import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { layers } from "../../../src/engine/layers/index.ts";
import { losses } from "../../../src/engine/losses/index.ts";
import { optimizers } from "../../../src/engine/optimizers/index.ts";
import { KINDS } from "../../../src/text/importing/kinds.ts";
import { LOSSES, OPTIMIZERS } from "../../../src/text/importing/training.ts";

/** What the model file says of layers beyond the arguments of PyTorch's constructors. */
const OWN: ReadonlySet<string> = new Set(["output", "truncate", "forget_bias", "causal"]);

/** Stands for itself: it has nothing to import. */
const WITHOUT = new Set(["Identity"]);

const namesOf = (params: object): string[] => Object.keys(params).filter((name) => !OWN.has(name));

// The extension does without the engine's tables, so that what is kept twice is compared here.
suite("what is imported of a watched run", () => {
  test("is every layer type of the model file", () => {
    assert.deepEqual(
      Object.keys(KINDS).sort(),
      Object.keys(layers)
        .filter((type) => !WITHOUT.has(type))
        .sort(),
    );
  });

  for (const [type, { params }] of Object.entries(layers)) {
    if (WITHOUT.has(type)) continue;
    test(`is every argument of ${type} that the model file has`, () => {
      const takes = new Set(KINDS[type]?.takes);
      assert.deepEqual(
        namesOf(params).filter((name) => !takes.has(name)),
        [],
      );
    });
  }

  test("is every optimizer with all its settings, and every loss", () => {
    assert.deepEqual(
      Object.fromEntries(Object.entries(OPTIMIZERS).map(([type, takes]) => [type, [...takes].sort()])),
      Object.fromEntries(
        Object.entries(optimizers).map(([type, { params }]) => [type, namesOf(params).sort()]),
      ),
    );
    assert.deepEqual([...LOSSES].sort(), Object.keys(losses).sort());
  });
});
