import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { chainOf, groupsOf, repetitionOf, spoken } from "../../src/insight/chain.ts";
import { chainLayers, layer } from "../webview/runs.ts";

suite("layers", () => {
  test("those of one block are taken together", () => {
    assert.deepEqual(groupsOf(chainLayers(2)), [
      { label: "block.0", from: 0, to: 1 },
      { label: "block.1", from: 2, to: 3 },
      { label: "head", from: 4, to: 4 },
    ]);
  });

  test("a residual block's own row belongs to the block", () => {
    const layers = [layer("block.0.0", "Linear"), layer("block.0", "Residual"), layer("head", "Linear")];
    assert.deepEqual(
      groupsOf(layers).map(({ label }) => label),
      ["block.0", "head"],
    );
  });

  test("blocks within a stage are told apart by the stage", () => {
    const layers = [
      layer("stage.1.conv.0", "Linear"),
      layer("stage.1.conv.1", "ReLU"),
      layer("stage.2.conv.0", "Linear"),
    ];
    assert.deepEqual(
      groupsOf(layers).map(({ label }) => label),
      ["stage.1", "stage.2"],
    );
  });

  test("equal blocks in a row are repetitions of one thing", () => {
    const found = repetitionOf(chainLayers(4));
    assert.equal(found?.noun, "block");
    assert.equal(found.groups.length, 4);
  });

  test("unnamed layers of different types repeat nothing", () => {
    const layers = ["Linear", "ReLU", "Linear", "ReLU"].map((type, i) => layer(String(i), type));
    assert.equal(repetitionOf(layers), undefined);
  });

  test("what lies within a residual block is no link of the chain", () => {
    const layers = [
      layer("in", "Linear"),
      layer("res.0", "Linear"),
      layer("res.1", "ReLU"),
      layer("res", "Residual"),
      layer("resize", "Linear"),
    ];
    assert.deepEqual(chainOf(layers), [true, false, false, true, true]);
  });

  test("a sentence calls them by name or number", () => {
    assert.deepEqual(["head", "3", "block.0", "3.1"].map(spoken), [
      "the head",
      "layer 3",
      "block.0",
      "layer 3.1",
    ]);
  });
});
