import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parse } from "../../src/model/parse.ts";
import { assertGood, assertProblems, extended, linear, withLayers } from "../support/models.ts";

const conv = (type = '"Conv2d"'): string => `{ "type": ${type}, "out_channels": 3, "kernel_size": 1 }`;
const narrow = '{ "type": "Linear", "out_features": 2 }';

suite("shapes", () => {
  test("a shape that does not fit names both sides: the layer, and the one that gives the shape", () => {
    const block = `{ "name": "block", "layers": [${linear}, { "type": "Tanh" }, ${linear}] }`;
    assertProblems(
      withLayers(`${block}, ${conv('«"Conv2d"»')}`),
      ["Conv2d needs [channels, height, width], but block.2 gives [4]"],
      extended,
    );
  });

  test("a parameter that does not fit says what it is given", () => {
    assertProblems(withLayers(`${linear}, { "type": «"GroupNorm"», "num_groups": 3 }`), [
      "GroupNorm: num_groups 3 does not divide the 4 channels of the input (layer 0 gives [4])",
    ]);
  });

  test("for the first layer the other side is the input", () => {
    assertProblems(
      withLayers(conv('«"Conv2d"»')),
      ["Conv2d needs [channels, height, width], but the input is [4]"],
      extended,
    );
  });

  test("behind a Residual the other side is the block", () => {
    assertProblems(
      withLayers(`{ "type": "Residual", "name": "res", "layers": [${linear}] }, ${conv('«"Conv2d"»')}`),
      ["Conv2d needs [channels, height, width], but res gives [4]"],
      extended,
    );
  });

  test("of several copies the message says which, once", () => {
    const block = `{ "repeat": 9, "name": "b", "layers": [${conv('«"Conv2d"»')}] }`;
    assertProblems(
      withLayers(block),
      ["b.0.0: Conv2d needs [channels, height, width], but the input is [4]"],
      extended,
    );
  });

  test("after a layer that is wrong no shape is reported, but everything else is", () => {
    assertProblems(
      withLayers(`{ "type": «"Rlu"» }, ${conv()}, { "type": "Linear", "out_features": «0» }, ${conv()}`),
      [
        'unknown layer type "Rlu": did you mean "ReLU"?',
        "out_features: expected an integer of at least 1, found 0",
      ],
      extended,
    );
  });

  test("an unknown parameter does not hide what follows", () => {
    assertProblems(
      withLayers(`{ "type": "Linear", "out_features": 4, «"foo"»: 1 }, ${conv('«"Conv2d"»')}`),
      [
        'unknown parameter "foo" of Linear: it has out_features, bias',
        "Conv2d needs [channels, height, width], but layer 0 gives [4]",
      ],
      extended,
    );
  });

  test("the branches of a Residual give the same, and the message names both", () => {
    assertProblems(withLayers(`{ "type": «"Residual"», "name": "res", "layers": [${narrow}] }`), [
      "Residual adds both branches, but the layers of res give [2] and its identity shortcut gives [4]: " +
        'a "projection" changes the shape',
    ]);
    assertProblems(withLayers(`{ "type": "Residual", "layers": [${narrow}], "shortcut": «[${linear}]» }`), [
      "Residual adds both branches, but the layers of layer 0 give [2] and its shortcut gives [4]",
    ]);
  });

  test("an impossible projection says why", () => {
    const images = { input: "[3, 12, 12]", data: '{ "type": "npy", "inputs": "x.npy", "targets": "t.npy" }' };
    const block = '{ "type": "Conv2d", "out_channels": 3, "kernel_size": 8 }';
    assertProblems(
      withLayers(
        `{ "type": "Residual", "layers": [${block}], "shortcut": «"projection"» }, ${linear}`,
        images,
      ),
      ["layer 0: no projection turns [3, 12, 12] into [3, 5, 5]: no stride does"],
      extended,
    );
  });

  test("an unknown shortcut gets a guess", () => {
    assertProblems(withLayers(`{ "type": "Residual", "layers": [${linear}], "shortcut": «"Identity"» }`), [
      'shortcut: expected "identity", "projection" or a list of layers, found "Identity": did you mean "identity"?',
    ]);
  });

  test("token ids come from the input alone", () => {
    assertGood(withLayers(`{ "layers": [{ "type": "Tokens" }] }, ${linear}`), extended);
    assertProblems(
      withLayers(`${linear}, { "type": «"Tokens"» }`),
      ["Tokens takes token ids, so it comes first in a model, but layer 0 gives numbers"],
      extended,
    );
    assertProblems(
      withLayers(`{ "type": "Residual", "layers": [{ "type": «"Tokens"» }] }`),
      ["Tokens takes token ids, so it comes first in a model, but its Residual adds its input to numbers"],
      extended,
    );
  });

  test("BatchNorm needs two samples", () => {
    assertProblems(withLayers(`${linear}, { "type": «"BatchNorm1d"» }`, { train: '{ "batch_size": 1 }' }), [
      "BatchNorm1d needs batches of at least 2 samples, but batch_size is 1",
    ]);
  });

  test("a model has something to train", () => {
    assertProblems(
      withLayers('{ "type": "Tanh" }').replace('[{ "type": "Tanh" }]', '«[{ "type": "Tanh" }]»'),
      ["layers: none of them has parameters to train"],
    );
    assertProblems(withLayers("").replace("[]", "«[]»"), ["layers: expected at least one layer, found []"]);
  });

  test("an empty Sequential passes its input on, as in PyTorch", () => {
    const [{ spec }] = assertGood(withLayers(`{ "layers": [] }, ${linear}`)).models;
    assert.deepEqual(spec?.output, [4]);
  });
});

suite("init", () => {
  const initsOf = (text: string): readonly (string | undefined)[] =>
    (parse(text).models[0].spec?.layers ?? []).map((module) =>
      module.kind === "layer" ? module.init?.type : module.kind,
    );

  test("the layer's, else the block's, else the model's; default is PyTorch's own", () => {
    const layers = [
      linear,
      '{ "type": "Linear", "out_features": 4, "init": "he_normal" }',
      '{ "type": "Linear", "out_features": 4, "init": "default" }',
      '{ "type": "LayerNorm" }',
    ];
    assert.deepEqual(initsOf(withLayers(layers.join(), { init: '"orthogonal"' })), [
      "orthogonal",
      "kaiming_normal",
      undefined,
      undefined,
    ]);
    const block = parse(withLayers(`{ "init": "ones", "layers": [${linear}] }`, { init: '"zeros"' }))
      .models[0].spec;
    assert.ok(block?.layers[0].kind === "sequential" && block.layers[0].layers[0].kind === "layer");
    assert.equal(block.layers[0].layers[0].init?.type, "ones");
  });

  test("takes arguments, and biases are set by bias_init alone", () => {
    const text = withLayers(
      '{ "type": "Linear", "out_features": 4, "init": { "type": "normal", "std": 0.01 } }',
      {
        bias_init: '{ "type": "constant", "val": 1 }',
      },
    );
    const [module] = assertGood(text).models[0].spec?.layers ?? [];
    assert.ok(module.kind === "layer");
    assert.deepEqual(module.init, { type: "normal", params: { mean: 0, std: 0.01 } });
    assert.deepEqual(module.bias_init, { type: "constant", params: { val: 1 } });
  });

  test("a trailing underscore, a wrong name and a wrong name for a bias get a guess", () => {
    assertProblems(withLayers(linear, { init: '«"xavier_uniform_"»' }), [
      'unknown initialiser "xavier_uniform_": did you mean "xavier_uniform"?',
    ]);
    assertProblems(withLayers(linear, { init: '{ "type": «"kaiming_norm"» }' }), [
      'unknown initialiser "kaiming_norm": did you mean "kaiming_normal"?',
    ]);
    assertProblems(withLayers(linear, { bias_init: '«"orthogonal"»' }), [
      'unknown initialiser of a bias "orthogonal": expected one of zeros, ones, constant, normal, uniform, default',
    ]);
  });

  test("what PyTorch refuses for a weight's shape is refused, once", () => {
    assertProblems(withLayers(`${linear}, ${linear}`, { init: '«"dirac"»' }), [
      "0.weight: dirac needs 3, 4 or 5 dimensions, but the shape is [4, 4]",
    ]);
  });

  test("where it changes nothing there is a warning, and the model runs", () => {
    const { text, problems } = warned('{ "type": "Tanh", "init": «"ones"» }');
    assert.deepEqual(
      problems.map(({ severity }) => severity),
      ["warning"],
    );
    assert.ok(parse(text).models[0].spec);
    warned('{ "type": "LayerNorm", "init": «"ones"» }', "LayerNorm has no weight that it sets");
  });

  function warned(layer: string, why = "Tanh has no weight that it sets") {
    const marked = withLayers(`${linear}, ${layer}`);
    const problems = assertProblems(marked, [`init changes nothing here: ${why}`]);
    return { text: marked.replaceAll(/[«»]/g, ""), problems };
  }
});
