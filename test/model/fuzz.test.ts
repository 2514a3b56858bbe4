import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import fc from "fast-check";
import { applyEdits, editsFor } from "../../src/model/edit.ts";
import { parse } from "../../src/model/parse.ts";
import { extended } from "../support/models.ts";

const STREAMS = path.join(import.meta.dirname, "../reference/streams");

const rich = `{ "version": 1, "models": {
  "m": { "input": [3, 8, 8], "init": { "type": "normal", "std": 0.1 }, "bias_init": "zeros", "layers": [
    { "type": "Residual", "name": "r", "repeat": 2, "layers": [{ "type": "Conv2d", "out_channels": 3, "kernel_size": 1 }], "shortcut": [{ "type": "Tanh" }] },
    { "repeat": 2, "layers": [{ "type": "Linear", "out_features": 8, "init": "ones" }] } // block
  ], "loss": { "type": "HuberLoss", "delta": 1 }, "optimizer": { "type": "Adam", "betas": [0.9, 0.99] },
  "lr_scheduler": { "type": "StepLR", "step_size": 3 }, "clip_grad_norm": { "max_norm": 1 }, "clip_grad_value": 1,
  "data": { "type": "gaussian", "samples": 20 }, "train": { "steps": 3 }, "weights": "w.safetensors" },
  "d": { "extends": "m", "train": { "seed": 4 }, "init": null }, /* changed */
} }`;

const valid = fs
  .readdirSync(STREAMS)
  .map((name) => fs.readFileSync(path.join(STREAMS, name, "m.gradlens.json"), "utf8"))
  .concat(rich, rich, rich);

/** What always holds: no throw, every problem within the text, mended by its fix without harm, and no model runs that has errors. */
function assertSound(text: string): void {
  const { models, problems } = parse(text, extended);
  for (const { offset, length, message, fix, path } of problems) {
    assert.ok(
      Number.isInteger(offset) && offset >= 0 && length >= 0 && offset + length <= text.length,
      message,
    );
    assert.ok(message.length > 0 && message.length < 2000);
    assert.ok(path.every((key) => typeof key === "string" || Number.isInteger(key)));
    if (fix) parse(text.slice(0, offset) + fix.text + text.slice(offset + length), extended);
  }
  for (const { key, body, declarations } of models) {
    for (const { offset, length, anchor } of [...declarations, { ...key, anchor: body }]) {
      assert.ok(offset >= 0 && offset + length <= text.length);
      assert.ok(anchor.offset >= 0 && anchor.offset + anchor.length <= text.length);
    }
  }
  const errors = problems.filter(({ severity }) => severity === "error");
  assert.equal(models.length > 0 && models.every(({ spec }) => spec), errors.length === 0);
}

/** Every JSON path of a value. */
function pathsOf(
  value: unknown,
  at: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [at];
  const children = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value as Record<string, unknown>);
  return [at, ...children.flatMap(([key, child]) => pathsOf(child, [...at, key]))];
}

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    -1,
    0,
    1,
    2,
    1.5,
    1e9,
    1e300,
    "",
    "m",
    "Linear",
    "Conv2d",
    "Residual",
    "projection",
    [],
    {},
    null,
    true,
  ),
  fc.constantFrom<unknown>(
    { type: "Linear" },
    [{ type: "Tanh", repeat: 3 }],
    { layers: [] },
    { extends: "d" },
    { __proto__: 1 },
    [1, 1, 1],
  ),
);

suite("parse never throws, and its problems lie within the text", () => {
  test("on arbitrary texts", () => {
    const unit = fc.integer({ min: 0, max: 0xffff }); // halves of pairs, too
    const text = fc.array(unit, { maxLength: 60 }).map((units) => String.fromCharCode(...units));
    fc.assert(fc.property(text, assertSound), { numRuns: 500 });
  });

  test("on texts of JSON's own characters", () => {
    const token = fc.constantFrom(
      ..."{}[]:,\"'/*\\\n 1-.e",
      '"models"',
      '"m"',
      '"layers"',
      '"type"',
      '"Linear"',
      "//",
      "null",
      "1e999",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => assertSound(tokens.join(""))),
      { numRuns: 500 },
    );
  });

  test("on model files that were cut, or had characters put in", () => {
    const cut = fc.record({
      text: fc.constantFrom(...valid),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(40),
      added: fc.oneof(
        fc.string({ maxLength: 5 }),
        fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "/*", "//", "1e999"),
      ),
    });
    fc.assert(
      fc.property(cut, ({ text, at, length, added }) => {
        const start = Math.floor(at * text.length);
        assertSound(text.slice(0, start) + added + text.slice(start + length));
      }),
      { numRuns: 300 },
    );
  });

  test("on arbitrary values at arbitrary places", () => {
    const base = JSON.parse(
      rich.replace(/\/\/ block|\/\* changed \*\//g, "").replace(/,\s*\} \}$/, "} }"),
    ) as unknown;
    const paths = pathsOf(base).filter((path) => path.length > 0);
    const change = fc.record({ path: fc.constantFrom(...paths), value: anything });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = JSON.stringify(base, null, 1);
        const edits = editsFor(
          text,
          changes.map(({ path, value }) => ({ kind: "set", path, value })),
        );
        if (edits) assertSound(applyEdits(text, edits));
      }),
      { numRuns: 500 },
    );
  });

  test("on fields that no format has", () => {
    const key = fc.constantFrom(
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "",
      "0",
      "typ",
      "Layers",
    );
    fc.assert(
      fc.property(key, anything, (name, value) => {
        const member = `${JSON.stringify(name)}: ${JSON.stringify(value)},`;
        for (const at of ['"version"', '"input"', '"max_norm"', '"samples"', '"name"']) {
          assertSound(rich.replace(at, `${member} ${at}`));
        }
      }),
      { numRuns: 50 },
    );
  });
});
