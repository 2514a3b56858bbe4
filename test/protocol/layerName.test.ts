import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { layerName } from "../../src/protocol/layerName.ts";

suite("the name of a layer", () => {
  for (const [path, name] of [
    ["head", "head"],
    ["block.0.1", "block.0.1"],
    ["2", "layer 2"],
    ["0.3.1", "layer 0.3.1"],
    ["0.norm", "0.norm"],
    ["loss", "loss"],
    ["", ""],
  ]) {
    test(`${path || "no path"} is ${name || "nothing"}`, () => assert.equal(layerName(path), name));
  }
});
