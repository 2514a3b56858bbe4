import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { modulesOf } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { assertGood, assertProblems, extended, linear, withLayers } from "../support/models.ts";

/** Path, type and output of every row of the one model. */
function rows(text: string): readonly string[] {
  const [{ spec }] = assertGood(text, extended).models;
  return Array.from(modulesOf(spec?.layers ?? []), (row) =>
    [row.path, row.kind === "layer" ? row.type : "Residual", `[${row.output.join(", ")}]`].join(" "),
  );
}

suite("layers: paths", () => {
  test("without a name it is the index, with one the name", () => {
    const text = withLayers('{ "type": "Tanh" }, { "type": "Linear", "name": "head", "out_features": 1 }');
    assert.deepEqual(rows(text), ["0 Tanh [4]", "head Linear [1]"]);
  });

  test("a repeated block counts its copies, each with its layers", () => {
    const text = withLayers(`{ "repeat": 2, "name": "block", "layers": [${linear}, { "type": "Tanh" }] }`);
    assert.deepEqual(rows(text), [
      "block.0.0 Linear [4]",
      "block.0.1 Tanh [4]",
      "block.1.0 Linear [4]",
      "block.1.1 Tanh [4]",
    ]);
  });

  test("the copies of a single layer are numbered", () => {
    const text = withLayers('{ "type": "Linear", "repeat": 3, "name": "fc", "out_features": 2 }');
    assert.deepEqual(rows(text), ["fc.0 Linear [2]", "fc.1 Linear [2]", "fc.2 Linear [2]"]);
  });

  test("an entry with layers and no type is a Sequential", () => {
    const inner = `"name": "s", "layers": [${linear}]`;
    assert.deepEqual(rows(withLayers(`{ ${inner} }`)), ["s.0 Linear [4]"]);
    assert.deepEqual(rows(withLayers(`{ "type": "Sequential", ${inner} }`)), ["s.0 Linear [4]"]);
  });

  test("repeat holds for every kind of entry", () => {
    const text = withLayers(`{ "type": "Residual", "repeat": 2, "name": "r", "layers": [${linear}] }`);
    assert.deepEqual(rows(text), [
      "r.0.0 Linear [4]",
      "r.0 Residual [4]",
      "r.1.0 Linear [4]",
      "r.1 Residual [4]",
    ]);
  });

  test("copies may differ in shape", () => {
    const text = withLayers(`{ "type": "Twice", "repeat": 2 }, ${linear}`);
    assert.deepEqual(rows(text), ["0.0 Twice [8]", "0.1 Twice [16]", "1 Linear [4]"]);
  });
});

suite("layers: names", () => {
  test("are unique among siblings", () => {
    assertProblems(
      withLayers(`{ "type": "Linear", "name": "a", "out_features": 4 }, { "type": "Tanh", "name": «"a"» }`),
      ['another layer of this list is called "a": names are unique among siblings'],
    );
    const inner = (i: number): string =>
      `{ "name": "s${i}", "layers": [{ "type": "Linear", "name": "a", "out_features": 4 }] }`;
    assertGood(withLayers(`${inner(1)}, ${inner(2)}`));
  });

  test("are letters, digits and underscores", () => {
    assertProblems(
      withLayers(`${linear}, { "type": "Tanh", "name": «"my-layer"» }, { "type": "Tanh", "name": «"7up"» }`),
      [
        'name: expected letters, digits and _, not a digit first, found "my-layer": did you mean "my_layer"?',
        'name: expected letters, digits and _, not a digit first, found "7up": did you mean "_7up"?',
      ],
    );
    assertProblems(withLayers(`${linear}, { "type": "Tanh", "name": «0» }`), [
      "name: expected letters, digits and _, not a digit first, found 0",
    ]);
  });

  test("shortcut is taken where a Residual's shortcut has weights", () => {
    const residual = (shortcut: string, name: string): string =>
      withLayers(
        `{ "type": "Residual", "layers": [{ "type": "Linear", "name": ${name}, "out_features": 4 }], ${shortcut} }`,
      );
    assertProblems(residual('"shortcut": "projection"', '«"shortcut"»'), [
      'the shortcut of this Residual is called "shortcut": names are unique among siblings',
    ]);
    assertGood(residual('"shortcut": "identity"', '"shortcut"'));
  });
});

suite("layers: Residual", () => {
  const residual = (rest: string, input = "[4]"): string =>
    withLayers(`{ "type": "Residual", "name": "res", ${rest} }`, {
      input,
      data: '{ "type": "npy", "inputs": "x.npy", "targets": "t.npy" }',
    });

  test("an identity shortcut has no layer", () => {
    assert.deepEqual(rows(residual(`"layers": [${linear}]`)), ["res.0 Linear [4]", "res Residual [4]"]);
  });

  test("a projection is a Linear where features are", () => {
    const layers = '"layers": [{ "type": "Linear", "out_features": 9 }], "shortcut": "projection"';
    assert.deepEqual(rows(residual(layers)), [
      "res.0 Linear [9]",
      "res.shortcut Linear [9]",
      "res Residual [9]",
    ]);
    const sequence = rows(residual(layers, "[5, 4]"));
    assert.deepEqual(sequence, ["res.0 Linear [5, 9]", "res.shortcut Linear [5, 9]", "res Residual [5, 9]"]);
  });

  test("a projection is a 1×1 convolution where channels are, with the stride that the block's sizes ask for", () => {
    // 12 → ⌊10/2⌋ + 1 = 6 rows, ⌊10/4⌋ + 1 = 3 columns; for a kernel of 1: ⌊11/2⌋ + 1 = 6, ⌊11/4⌋ + 1 = 3
    const conv = '"layers": [{ "type": "Conv2d", "out_channels": 8, "kernel_size": 2, "stride": [2, 4] }]';
    const text = residual(`${conv}, "shortcut": "projection"`, "[3, 12, 12]");
    const { models } = assertGood(text, extended);
    const projected = Array.from(modulesOf(models[0].spec?.layers ?? [])).find(
      ({ path }) => path === "res.shortcut",
    );
    assert.ok(projected?.kind === "layer");
    assert.equal(projected.type, "Conv2d");
    const { out_channels, kernel_size, stride } = projected.params;
    assert.deepEqual([out_channels, kernel_size, stride], [8, [1, 1], [2, 4]]);
  });

  test("a projection is a one-dimensional convolution where a layer has made two axes channels and places", () => {
    const conv = '{ "type": "Conv1d", "out_channels": 8, "kernel_size": 1, "stride": 2 }';
    assert.deepEqual(rows(residual(`"layers": [${conv}], "shortcut": "projection"`, "[4, 9]")), [
      "res.0 Conv1d [8, 5]",
      "res.shortcut Conv1d [8, 5]",
      "res Residual [8, 5]",
    ]);
  });

  test("a list of layers has paths of its own", () => {
    const layers = '"layers": [{ "type": "Linear", "out_features": 9 }]';
    assert.deepEqual(
      rows(residual(`${layers}, "shortcut": [{ "type": "Linear", "out_features": 9 }, { "type": "Tanh" }]`)),
      ["res.0 Linear [9]", "res.shortcut.0 Linear [9]", "res.shortcut.1 Tanh [9]", "res Residual [9]"],
    );
  });
});

test("a made-up layer type needs a row of the table, and nothing else", () => {
  assert.equal(parse(withLayers(`{ "type": "Twice" }, ${linear}`)).models[0].spec, undefined);
  assert.deepEqual(rows(withLayers(`{ "type": "Twice" }, ${linear}`)), ["0 Twice [8]", "1 Linear [4]"]);
});
