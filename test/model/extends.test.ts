import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { assertGood, assertProblems, linear } from "../support/models.ts";

const base = `"base": {
  "input": [4], "layers": [${linear}], "loss": "MSELoss", "data": "gaussian",
  "optimizer": { "type": "SGD", "lr": 1, "momentum": 0.9 }, "train": { "steps": 7, "seed": 3 }
}`;

const file = (...models: readonly string[]): string => `{ "models": { ${models.join(", ")} } }`;

const derived = (fields: string): string => file(base, `"d": { "extends": "base", ${fields} }`);

function specOf(text: string): ModelSpec {
  const spec = assertGood(text).models.find(({ name }) => name === "d")?.spec;
  assert.ok(spec);
  return spec;
}

suite("extends", () => {
  test("keeps what is not said, and merges objects", () => {
    const spec = specOf(derived('"train": { "steps": 9 }'));
    assert.deepEqual(spec.input, [4]);
    assert.equal(spec.train.steps, 9);
    assert.equal(spec.train.seed, 3);
  });

  test("replaces lists whole", () => {
    const spec = specOf(derived(`"layers": [${linear}, ${linear}]`));
    assert.equal(spec.layers.length, 2);
  });

  test("merges an object of the same type", () => {
    const { params } = specOf(derived('"optimizer": { "type": "SGD", "lr": 2 }')).optimizer;
    assert.deepEqual([params.lr, params.momentum], [2, 0.9]);
    assert.equal(specOf(derived('"optimizer": { "lr": 5 }')).optimizer.params.momentum, 0.9);
  });

  test("replaces an object of another type, and a name, whole", () => {
    const { type, params } = specOf(derived('"optimizer": { "type": "RMSprop", "lr": 2 }')).optimizer;
    assert.deepEqual([type, params.momentum], ["RMSprop", 0]);
    assert.deepEqual(specOf(derived('"loss": { "type": "HuberLoss", "delta": 2 }')).loss.params, {
      delta: 2,
    });
    assert.equal(specOf(derived('"optimizer": "SGD"')).optimizer.params.momentum, 0);
  });

  test("null takes a field away", () => {
    const { optimizer } = specOf(derived('"optimizer": null'));
    assert.deepEqual([optimizer.type, optimizer.params.lr], ["SGD", 0.01]);
    assert.equal(specOf(derived('"optimizer": { "momentum": null }')).optimizer.params.momentum, 0);
    assert.equal(specOf(derived('"optimizer": { "type": "Adam", "eps": null }')).optimizer.params.eps, 1e-8);
    assertProblems(file(`«"a"»: { "extends": "base", "loss": null }`, base), [
      'a model needs loss (such as "MSELoss")',
    ]);
  });

  test("goes through a chain, in any order of the text", () => {
    const text = file(
      '"d": { "extends": "c", "train": { "seed": 1 } }',
      '"c": { "extends": "base", "train": { "steps": 8 } }',
      base,
    );
    const { train } = specOf(text);
    assert.deepEqual([train.steps, train.seed], [8, 1]);
    assert.deepEqual(
      parse(text).models.map(({ name }) => name),
      ["d", "c", "base"],
    );
  });

  test("a cycle is named", () => {
    assertProblems(
      file('"a": { "extends": «"b"» }', '"b": { "extends": «"a"» }', '"c": { "extends": "a" }'),
      [
        'extends: "a" extends "b" extends "a", which is a cycle',
        'extends: "b" extends "a" extends "b", which is a cycle',
      ],
    );
    assertProblems(file('"a": { "extends": «"a"» }'), ['extends: "a" extends "a", which is a cycle']);
  });

  test("an unknown model gets a guess; nothing is said to be missing that it may have", () => {
    assertProblems(file(base, '"d": { "extends": «"bsae"», "train": { "steps": «0» } }'), [
      'extends: no model of this file is called "bsae": did you mean "base"?',
      "steps: expected an integer from 1 to 100000000, found 0",
    ]);
    assertProblems(file('"d": { "extends": «3» }'), [
      "extends: expected the name of a model of this file, found 3",
    ]);
  });

  test("a mistake in a merged value is reported once, where it was written", () => {
    const bad = base.replace('"lr": 1', '"lr": «-1»');
    assertProblems(file(bad, '"d": { "extends": "base", "optimizer": { "momentum": «"much"» } }'), [
      "lr: expected a number of at least 0, found -1",
      'momentum: expected a number of at least 0, found "much"',
    ]);
  });

  test("what only the changed model makes wrong says which model it is about", () => {
    const residual = base.replace(linear, `{ "type": «"Residual"», "layers": [${linear}] }`);
    assertProblems(file(residual, '"d": { "extends": "base", "input": [3] }'), [
      'in model "d": Residual adds both branches, but the layers of layer 0 give [4] and its identity shortcut gives [3]: ' +
        'a "projection" changes the shape',
    ]);
  });

  test("an object without a type over a name has none, as RFC 7396 says", () => {
    assertProblems(
      file(
        base.replace('{ "type": "SGD", "lr": 1, "momentum": 0.9 }', '"Adam"'),
        '"d": { "extends": "base", "optimizer": «{ "lr": 1 }» }',
      ),
      ['optimizer needs a "type" such as "SGD"'],
    );
  });
});
