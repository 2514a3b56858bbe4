import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parse as parseJson } from "jsonc-parser";
import type { Change } from "../../src/model/edit.ts";
import { applyEdits, editsFor } from "../../src/model/edit.ts";

function edited(text: string, ...changes: Change[]): string | undefined {
  const edits = editsFor(text, changes);
  return edits && applyEdits(text, edits);
}

const file = `{
  "a": 1, // one
  "layers": [
    // first
    { "type": "Sigmoid" }, // saturates
    { "type": "Linear", "out_features": 3 }
  ],
  "init": "zeros" /* bad */
}
`;

suite("edit: set", () => {
  test("replaces a value and nothing around it", () => {
    assert.equal(
      edited(file, { kind: "set", path: ["layers", 0, "type"], value: "ReLU" }),
      file.replace("Sigmoid", "ReLU"),
    );
  });

  test("adds a field on a line of its own, behind the comment of the last one", () => {
    assert.equal(
      edited(file, { kind: "set", path: ["loss"], value: "MSELoss" }),
      file.replace('"zeros" /* bad */\n', '"zeros", /* bad */\n  "loss": "MSELoss"\n'),
    );
  });

  test("keeps a trailing comma", () => {
    const text = '{\n\t"a": 1, // one\n}';
    assert.equal(
      edited(text, { kind: "set", path: ["b"], value: [1, 2] }),
      '{\n\t"a": 1, // one\n\t"b": [1, 2],\n}',
    );
  });

  test("adds a field on the same line where the object has one line", () => {
    assert.equal(
      edited(file, { kind: "set", path: ["layers", 1, "bias"], value: false }),
      file.replace('"out_features": 3 }', '"out_features": 3, "bias": false }'),
    );
  });

  test("adds to an empty object", () => {
    assert.equal(
      edited('{ "train": {} }', { kind: "set", path: ["train", "steps"], value: 5 }),
      '{ "train": { "steps": 5 } }',
    );
  });

  test("adds what is missing around the value", () => {
    assert.equal(
      edited('{ "a": 1 }', { kind: "set", path: ["optimizer", "lr"], value: 0.1 }),
      '{ "a": 1, "optimizer": { "lr": 0.1 } }',
    );
  });

  test("makes an object of a name that gets an argument", () => {
    assert.equal(
      edited('{ "optimizer": "SGD" /* plain */ }', {
        kind: "set",
        path: ["optimizer", "momentum"],
        value: 0.9,
      }),
      '{ "optimizer": { "type": "SGD", "momentum": 0.9 } /* plain */ }',
    );
  });

  test("keeps the line ends of Windows", () => {
    assert.equal(
      edited('{\r\n  "a": 1\r\n}', { kind: "set", path: ["b"], value: 2 }),
      '{\r\n  "a": 1,\r\n  "b": 2\r\n}',
    );
  });
});

suite("edit: insert", () => {
  const value = { type: "BatchNorm1d" };

  test("puts a layer between two, leaving each its comment", () => {
    assert.equal(
      edited(file, { kind: "insert", path: ["layers", 1], value }),
      file.replace("// saturates\n", '// saturates\n    { "type": "BatchNorm1d" },\n'),
    );
  });

  test("puts a layer before the first", () => {
    assert.equal(
      edited(file, { kind: "insert", path: ["layers", 0], value }),
      file.replace("[\n", '[\n    { "type": "BatchNorm1d" },\n'),
    );
  });

  test("puts a layer behind the last", () => {
    assert.equal(
      edited(file, { kind: "insert", path: ["layers", 2], value }),
      file.replace("3 }\n", '3 },\n    { "type": "BatchNorm1d" }\n'),
    );
  });

  test("works within a line", () => {
    assert.equal(edited("[1, 3]", { kind: "insert", path: [1], value: 2 }), "[1, 2, 3]");
    assert.equal(edited("[2]", { kind: "insert", path: [0], value: 1 }), "[1, 2]");
    assert.equal(edited("[]", { kind: "insert", path: [0], value: 1 }), "[1]");
  });
});

suite("edit: remove", () => {
  test("takes the line along, and leaves the comments", () => {
    assert.equal(
      edited(file, { kind: "remove", path: ["a"] }),
      file.replace('  "a": 1, // one\n', "  // one\n"),
    );
    assert.equal(
      edited(file, { kind: "remove", path: ["layers", 1] }),
      file
        .replace('{ "type": "Sigmoid" }, //', '{ "type": "Sigmoid" } //')
        .replace(/ {4}\{ "type": "Linear".*\n/, ""),
    );
  });

  test("takes the right comma along within a line", () => {
    assert.equal(edited('{ "a": 1, "b": 2 }', { kind: "remove", path: ["a"] }), '{ "b": 2 }');
    assert.equal(edited('{ "a": 1, "b": 2 }', { kind: "remove", path: ["b"] }), '{ "a": 1 }');
    assert.equal(edited("[1,2]", { kind: "remove", path: [1] }), "[1]");
    assert.equal(edited("[1]", { kind: "remove", path: [0] }), "[]");
  });
});

suite("edit", () => {
  test("makes several changes, in one edit of what differs", () => {
    const changes: Change[] = [
      { kind: "set", path: ["b"], value: 1 },
      { kind: "set", path: ["c"], value: 2 },
    ];
    assert.deepEqual(editsFor('{ "z": {} }', changes), [
      { offset: 9, length: 0, content: ', "b": 1, "c": 2' },
    ]);
  });

  test("refuses a path that does not fit", () => {
    assert.equal(editsFor('{ "a": 1 }', [{ kind: "set", path: ["a", "b"], value: 1 }]), undefined);
    assert.equal(editsFor('{ "a": 1 }', [{ kind: "insert", path: ["a", 0], value: 1 }]), undefined);
    assert.equal(editsFor('{ "a": 1 }', [{ kind: "remove", path: ["b"] }]), undefined);
    assert.equal(editsFor("", [{ kind: "remove", path: ["b"] }]), undefined);
    assert.equal(editsFor("[".repeat(5000), [{ kind: "remove", path: [0] }]), undefined);
  });

  test("gives JSON with the change made, whatever the layout", () => {
    const json = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.array(fc.integer(), { maxLength: 3 }), {
      maxKeys: 3,
    });
    const layout = fc.constantFrom("", " ", "\n", "\n  ", " // c\n", " /* c */ ");
    const trailing = fc.boolean();
    fc.assert(
      fc.property(
        json,
        layout,
        trailing,
        fc.constantFrom("a", "b", "c", "d"),
        fc.nat(3),
        (object, gap, comma, key, index) => {
          const text = laidOut(object, gap, comma);
          const list = object[key] ?? [];
          const set = edited(text, { kind: "set", path: [key], value: [7] });
          assert.deepEqual(parsed(set), { ...object, [key]: [7] });
          if (key in object) {
            const inserted = edited(text, { kind: "insert", path: [key, index], value: 7 });
            assert.deepEqual(parsed(inserted), { ...object, [key]: list.toSpliced(index, 0, 7) });
            const { [key]: _, ...rest } = object;
            assert.deepEqual(parsed(edited(text, { kind: "remove", path: [key] })), rest);
          }
          if (index < list.length) {
            const removed = edited(text, { kind: "remove", path: [key, index] });
            assert.deepEqual(parsed(removed), { ...object, [key]: list.toSpliced(index, 1) });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The object as text with `gap` between all tokens. */
function laidOut(object: Readonly<Record<string, readonly number[]>>, gap: string, comma: boolean): string {
  const end = comma ? "," : "";
  const list = (items: readonly string[]): string =>
    items.join(`,${gap}`) + (items.length > 0 ? gap + end : "");
  const members = Object.entries(object).map(
    ([name, items]) => `"${name}":${gap}[${gap}${list(items.map(String))}${gap}]`,
  );
  return `{${gap}${list(members)}${gap}}`;
}

function parsed(text: string | undefined): unknown {
  const errors: never[] = [];
  const value: unknown = parseJson(text ?? "", errors, { allowTrailingComma: true });
  assert.deepEqual(errors, [], text);
  return value;
}
