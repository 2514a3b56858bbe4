import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { modulesOf } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";

const STREAMS = path.join(import.meta.dirname, "../reference/streams");

interface Reference {
  readonly parameters: number;
  readonly layers: readonly {
    readonly path: string;
    readonly type: string;
    readonly output_shape: readonly number[];
  }[];
}

/** What PyTorch says of the model: the first line of its stream. */
const reference = (name: string): Reference =>
  JSON.parse(fs.readFileSync(path.join(STREAMS, name, "ref.jsonl"), "utf8").split("\n", 1)[0]) as Reference;

suite("the reference models have PyTorch's paths, types, shapes and number of parameters", () => {
  for (const name of fs.readdirSync(STREAMS)) {
    const { models, problems } = parse(fs.readFileSync(path.join(STREAMS, name, "m.gradlens.json"), "utf8"));
    test(name, () => {
      assert.deepEqual(problems, []);
      const [{ spec, parameters }] = models;
      const { layers, parameters: expected } = reference(name);
      assert.deepEqual(
        Array.from(modulesOf(spec?.layers ?? []), (row) => ({
          path: row.path,
          type: row.kind === "layer" ? row.type : "Residual",
          output_shape: row.output,
        })),
        layers.map(({ path, type, output_shape }) => ({ path, type, output_shape })),
      );
      assert.equal(parameters, expected);
    });
  }
});
