import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { assertGood, assertProblems, fixed, linear, withFields, withLayers } from "../support/models.ts";

function specOf(fields: Readonly<Record<string, string>>): ModelSpec {
  const [{ spec }] = assertGood(withFields(fields)).models;
  assert.ok(spec);
  return spec;
}

/** The model with one more field, of which the problem is expected. */
const one = (field: string, value: string, messages: readonly string[]): void => {
  assertProblems(withFields({ [field]: value }), messages);
};

suite("a model's fields", () => {
  test("defaults are those of the format", () => {
    const { optimizer, train, data } = specOf({});
    assert.equal(optimizer.type, "SGD");
    assert.equal(optimizer.params.lr, 0.01);
    assert.deepEqual(train, { steps: 100, batch_size: 32, seed: 0, shuffle: true, drop_last: true });
    assert.deepEqual([data.normalize, data.validation], [false, 0]);
  });

  test("input, layers, loss and data are required, and all that is missing is said", () => {
    const { problems } = parse('{ "models": { "m": {} } }');
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        "a model needs input (the shape of one sample, such as [2])",
        "a model needs layers (a list of layers)",
        'a model needs loss (such as "MSELoss")',
        'a model needs data (such as { "type": "spiral" })',
      ],
    );
    assert.ok(problems.every(({ offset, length }) => offset === 14 && length === 3));
  });

  test("an unknown field gets a guess, and __proto__ is one", () => {
    const text = `{ "models": { "m": { "input": [4], "layers": [${linear}], "loss": "MSELoss", "data": "gaussian",
      «"optimiser"»: 1, «"__proto__"»: { "x": 1 }, «"constructor"»: 2 } } }`;
    assertProblems(text, [
      'unknown field "optimiser" of a model: did you mean "optimizer"?',
      'unknown field "__proto__" of a model',
      'unknown field "constructor" of a model',
    ]);
  });

  test("null is no value where nothing is extended", () => {
    one("init", "«null»", [
      'init: expected a name such as "xavier_uniform", or an object with a "type", found null',
    ]);
  });
});

suite("input", () => {
  test("is a list of sizes", () => {
    assertProblems(withFields({ input: "«[0]»" }), [
      "input: expected a list of integers of at least 1, found [0]",
    ]);
    assertProblems(withFields({ input: "«[]»" }), [
      "input: expected a list of integers of at least 1, found []",
    ]);
    assertProblems(withFields({ input: '«{ "a": 1 }»' }), [
      "input: expected a list of integers of at least 1, found an object",
    ]);
  });

  test("a number is mended into a list", () => {
    const text = withFields({ input: "4" });
    assert.equal(fixed(text), withFields({ input: "[4]" }));
  });
});

suite("parameters", () => {
  test("wrong values say what was expected and what was found, all together", () => {
    assertProblems(
      withLayers(
        '{ "type": "Linear", "out_features": «-3», "bias": «1» }, { "type": "Linear", "out_features": «1.5» }',
      ),
      [
        "out_features: expected an integer of at least 1, found -3",
        "bias: expected true or false, found 1",
        "out_features: expected an integer of at least 1, found 1.5",
      ],
    );
  });

  test("an unknown one gets a guess, and is not missing, too", () => {
    assertProblems(withLayers('{ "type": "Linear", «"out_feature"»: 3 }'), [
      'unknown parameter "out_feature" of Linear: did you mean "out_features"?',
    ]);
    assertProblems(withLayers(`${linear}, { "type": "Tanh", «"alpha"»: 3 }`), [
      'unknown parameter "alpha" of Tanh: it has none',
    ]);
  });

  test("a missing one says what it would be", () => {
    assertProblems(withLayers('{ "type": «"Linear"» }'), [
      "Linear needs out_features (an integer of at least 1)",
    ]);
  });

  test("those that are inferred are not written", () => {
    assertProblems(withLayers('{ "type": "Linear", «"in_features"»: 4, "out_features": 4 }'), [
      "in_features is inferred from the input: leave it out",
    ]);
  });

  test("values in quotes and near misses of options are mended", () => {
    const gelu = (value: string): string =>
      withLayers(`${linear}, { "type": "GELU", "approximate": ${value} }`);
    assert.equal(fixed(gelu('"Tanh"')), gelu('"tanh"'));
    const bias = (value: string): string =>
      withLayers(`{ "type": "Linear", "out_features": 4, "bias": ${value} }`);
    assert.equal(fixed(bias('"False"')), bias("false"));
    const size = (value: string): string => withLayers(`{ "type": "Linear", "out_features": ${value} }`);
    assert.equal(fixed(size('"8"')), size("8"));
  });
});

suite("layer types", () => {
  test("a wrong one gets a guess that mends it", () => {
    assertProblems(withLayers(`${linear}, { "type": «"Relu"» }`), [
      'unknown layer type "Relu": did you mean "ReLU"?',
    ]);
    assert.equal(fixed(withLayers('{ "type": "Lineer", "out_features": 4 }')), withLayers(linear));
  });

  test("a name alone is mended into an object", () => {
    assertProblems(withLayers(`${linear}, «"tanh"»`), [
      'a layer is an object with a "type", found "tanh": did you mean { "type": "Tanh" }?',
    ]);
    assert.equal(fixed(withLayers(`${linear}, "tanh"`)), withLayers(`${linear}, { "type": "Tanh" }`));
  });

  test("names of every object are unknown types like others", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      assertProblems(withLayers(`${linear}, { "type": «"${name}"» }`), [`unknown layer type "${name}"`]);
    }
  });

  test("what is no layer says so", () => {
    assertProblems(withLayers(`${linear}, «3», «{» "name": "x" }, { "type": «[]» }`), [
      'a layer is an object with a "type", found 3',
      'a layer needs a "type" such as "Linear", or "layers"',
      'type: expected the name of a layer type such as "Linear", found []',
    ]);
    assertProblems(withLayers("").replace("[]", '«{ "type": "Linear" }»'), [
      "layers: expected a list of layers, found an object",
    ]);
  });
});

suite("loss", () => {
  test("is a name or an object", () => {
    assert.deepEqual(specOf({ loss: '{ "type": "HuberLoss", "delta": 2 }' }).loss, {
      type: "HuberLoss",
      params: { delta: 2 },
    });
    assertProblems(withFields({ loss: '«"MSE"»' }), ['unknown loss "MSE": did you mean "MSELoss"?']);
    assertProblems(withFields({ loss: "«3»" }), [
      'loss: expected a name such as "MSELoss", or an object with a "type", found 3',
    ]);
  });

  test("takes the model's output", () => {
    const single = '{ "type": "Linear", "out_features": 1 }';
    assertProblems(withLayers(single, { loss: '«"CrossEntropyLoss"»' }), [
      "CrossEntropyLoss needs a score for each of at least 2 classes, but the model gives [1]",
    ]);
  });
});

suite("optimizer", () => {
  test("wrong values and unknown parameters", () => {
    one("optimizer", '{ "type": "SGD", "lr": «-1» }', ["lr: expected a number of at least 0, found -1"]);
    one("optimizer", '{ "type": "Adam", «"beta"»: [0.9, 0.99] }', [
      'unknown parameter "beta" of Adam: did you mean "betas"?',
    ]);
    one("optimizer", '«"adam"»', ['unknown optimizer "adam": did you mean "Adam"?']);
  });

  test("nesterov needs momentum", () => {
    one("optimizer", '{ "type": «"SGD"», "nesterov": true }', [
      "nesterov needs a momentum above 0 and no dampening, found momentum 0 and dampening 0",
    ]);
  });
});

suite("lr_scheduler", () => {
  test("a required parameter cannot be left out by a name alone", () => {
    one("lr_scheduler", '«"StepLR"»', ["StepLR needs step_size (an integer of at least 1)"]);
  });

  test("OneCycleLR covers the run", () => {
    one("lr_scheduler", '{ "type": «"OneCycleLR"», "max_lr": 1, "total_steps": 5 }', [
      "total_steps is 5, but the run makes 100 steps",
    ]);
    assert.equal(
      specOf({ lr_scheduler: '{ "type": "OneCycleLR", "max_lr": 1 }' }).lr_scheduler?.params.total_steps,
      undefined,
    );
  });
});

suite("clipping", () => {
  test("a norm is a number, or an object", () => {
    assert.deepEqual(specOf({ clip_grad_norm: "0.5" }).clip_grad_norm, { max_norm: 0.5, norm_type: 2 });
    const infinite = specOf({ clip_grad_norm: '{ "max_norm": 1, "norm_type": "inf" }' });
    assert.deepEqual(infinite.clip_grad_norm, { max_norm: 1, norm_type: Infinity });
    one("clip_grad_norm", "«-1»", [
      'clip_grad_norm: expected a number of at least 0, or an object with "max_norm", found -1',
    ]);
    one("clip_grad_norm", '«{ "norm_type": 1 }»', ["clip_grad_norm needs max_norm (a number of at least 0)"]);
  });

  test("norm and value may both be given", () => {
    const { clip_grad_norm, clip_grad_value } = specOf({ clip_grad_norm: "1", clip_grad_value: "0.1" });
    assert.deepEqual([clip_grad_norm?.max_norm, clip_grad_value], [1, 0.1]);
  });
});

suite("data", () => {
  test("has its set's parameters, normalize and validation", () => {
    const { data } = specOf({
      data: '{ "type": "csv", "path": "a.csv", "target": "y", "normalize": true, "validation": 0.2 }',
    });
    assert.equal(data.type, "csv");
    assert.deepEqual([data.normalize, data.validation], [true, 0.2]);
    assert.equal(data.params.normalize, undefined);
    assertProblems(withFields({ data: '{ "type": "gaussian", "validation": «1», «"normalise"»: true }' }), [
      "validation: expected a number of at least 0 below 1, found 1",
      'unknown parameter "normalise" of gaussian: did you mean "normalize"?',
    ]);
  });

  test("numbers to predict are normalised where that is asked for, classes cannot be", () => {
    const data = (on: string) => `{ "type": "gaussian", "normalize_targets": ${on} }`;
    assert.equal(specOf({ data: data("true") }).data.normalize_targets, true);
    assert.equal(specOf({ data: '"gaussian"' }).data.normalize_targets, false);
    assertProblems(withFields({ data: data("«true»"), loss: '"CrossEntropyLoss"' }), [
      "normalize_targets is for numbers that are predicted, but the targets of CrossEntropyLoss are classes: leave it out",
    ]);
    assertProblems(withFields({ data: data("«true»"), loss: '"BCEWithLogitsLoss"' }), [
      "normalize_targets is for numbers that are predicted, but the targets 0 and 1 of BCEWithLogitsLoss are classes: leave it out",
    ]);
    assertProblems(withFields({ data: data("false"), loss: '"CrossEntropyLoss"' }), []);
  });

  test("generated data fit the model", () => {
    assertProblems(withFields({ data: '«"spiral"»' }), [
      `the samples have the shape [2], but the model's "input" is [4]`,
    ]);
  });
});

suite("train and weights", () => {
  test("wrong values", () => {
    one("train", '{ "steps": «0», "batch_size": «1.5», "seed": «-1», "validate_every": «0» }', [
      "steps: expected an integer from 1 to 100000000, found 0",
      "batch_size: expected an integer from 1 to 1048576, found 1.5",
      "seed: expected an integer of at least 0, found -1",
      "validate_every: expected an integer of at least 1, found 0",
    ]);
    one("train", "«[]»", ["train: expected an object, found []"]);
    one("weights", "«1»", ["weights: expected a text, found 1"]);
    assert.equal(specOf({ weights: '"a.safetensors"' }).weights, "a.safetensors");
  });
});

suite("the file", () => {
  test("has a version and models", () => {
    assertProblems('{ "version": «2», "models": «{}» }', [
      "version: expected 1, found 2",
      "models: expected at least one model, found none",
    ]);
    assertProblems("«{»}", ['the file needs "models" (an object of models by name)']);
    assertProblems("«[1]»", ['expected an object with "models", found [1]']);
    assertProblems('{ «"Models"»: 1, "models": «[]» }', [
      'unknown field "Models" of the file: did you mean "models"?',
      "models: expected an object of models by name, found []",
    ]);
    assertProblems('{ "models": { "m": «3» } }', ['model "m": expected an object, found 3']);
  });
});
