import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { FileDigest, Position } from "../../src/model/digest.ts";
import { digest } from "../../src/model/makeDigest.ts";
import { Held, type TextChange } from "../../src/model/held.ts";
import { parse } from "../../src/model/parse.ts";

const TEXT = `{ "version": 1, "models": {
  "a": {
    "input": [2],
    "layers": [
      { "type": "Linear", "out_features": 8 },
      { "repeat": 2, "name": "block", "layers": [
        { "type": "Linear", "out_features": 8 },
        { "type": "Tanh" }
      ] },
      { "type": "Linear", "name": "head", "out_features": 1 }
    ],
    "loss": "BCEWithLogitsLoss", "data": { "type": "xor" }
  },
  "b": { "extends": "a", "train": { "seed": 1 } },
  "c": {
    "input": [2],
    "layers": [
      { "type": "Linear", "out_features": 1 }
    ],
    "loss": "BCEWithLogitsLoss", "data": { "type": "xor" }
  }
} }`;

const digestOf = (text: string): FileDigest => digest(text, parse(text), (spec) => JSON.stringify(spec));

const positionOf = (text: string, offset: number): Position => {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
};

/** A text that somebody edits, and what is held of it. */
class Editor {
  text = TEXT;
  readonly held = new Held(digestOf(TEXT));

  /** Turns the only place where `old` stands into `added`, by the least change; and does not look what that comes to. */
  type(old: string, added: string): this {
    const at = this.text.indexOf(old);
    assert.ok(at >= 0 && this.text.indexOf(old, at + 1) < 0, `${old} stands once`);
    let same = 0;
    while (same < old.length && old[same] === added[same]) same++;
    let end = 0;
    while (end < Math.min(old.length, added.length) - same && old.at(-1 - end) === added.at(-1 - end)) end++;
    return this.replace(at + same, old.length - same - end, added.slice(same, added.length - end));
  }

  replace(at: number, length: number, added: string): this {
    const [start, end] = [positionOf(this.text, at), positionOf(this.text, at + length)];
    this.held.change({ start, end, text: added });
    this.text = this.text.slice(0, at) + added + this.text.slice(at + length);
    return this;
  }

  /** The pause in which the text is read. */
  read(): this {
    this.held.take(digestOf(this.text));
    return this;
  }

  /** The lines on which models and their layers stand. */
  lines(): Record<string, readonly number[]> {
    return Object.fromEntries(
      this.held.models.map(({ name, start, layers }) => [
        name,
        [start?.line ?? NaN, ...layers.map((layer) => layer.start.line)],
      ]),
    );
  }

  stale(): readonly string[] {
    return this.held.models.filter(({ stale }) => stale).map(({ name }) => name);
  }
}

const LINES = { a: [1, 4, 6, 7, 9], b: [13], c: [14, 17] };

suite("what is held of a text that somebody types in", () => {
  test("a comma too many leaves every lens where it is, and only its own model is marked", () => {
    const editor = new Editor().type(`{ "type": "Tanh" }`, `{ "type": "Tanh" },,`).read();
    assert.deepEqual(editor.lines(), LINES);
    assert.deepEqual(editor.stale(), ["a", "b"]); // b has its layers from a
  });

  test("a layer that is begun at the end of a model leaves the lenses of all models", () => {
    const last = `{ "type": "Linear", "out_features": 1 }`;
    const editor = new Editor().type(`${last}\n`, `${last},\n      { "type": "Re\n`).read();
    assert.deepEqual(editor.lines(), LINES);
    assert.deepEqual(editor.stale(), ["c"]);
    editor.type(`"Re\n`, `"ReLU" }\n`).read();
    assert.deepEqual(editor.lines(), { ...LINES, c: [14, 17, 18] });
    assert.deepEqual(editor.stale(), []);
  });

  test("lenses follow lines that are put in or taken out above them, read or not", () => {
    const editor = new Editor().type(`  "a": {`, `\n\n  "a": {`);
    assert.deepEqual(editor.lines(), { a: [3, 6, 8, 9, 11], b: [15], c: [16, 19] });
    editor.type(`    "input": [2],\n    "layers": [\n      { "type": "Linear", "out_features": 8 },\n`, "");
    assert.deepEqual(editor.lines(), { a: [3, 5, 6, 8], b: [12], c: [13, 16] });
  });

  test("a layer whose line is deleted has no lens any more, though the text cannot be read", () => {
    const editor = new Editor()
      .type(`        { "type": "Tanh" }\n`, "")
      .type(`"seed": 1`, `"seed": [`)
      .read();
    assert.deepEqual(editor.lines(), { ...LINES, a: [1, 4, 6, 8], b: [12], c: [13, 16] });
    assert.deepEqual(editor.stale(), ["a", "b"]);
  });

  test("a layer that is typed over within its line keeps its lens", () => {
    const editor = new Editor().type(`{ "type": "Tanh" }`, "{").read();
    assert.deepEqual(editor.lines(), LINES);
  });

  test("a model that says something wrong keeps its layers, until it is deleted", () => {
    const editor = new Editor().type(`"Tanh"`, `"Tahn"`).read();
    assert.deepEqual(editor.lines(), LINES);
    assert.deepEqual(editor.stale(), ["a", "b"]);
    assert.ok(editor.held.models[0]?.layers[2]?.shapes);
    const { body, key } = parse(editor.text).models[0];
    editor.replace(key.offset, body.offset + body.length + 1 - key.offset, "").read();
    assert.deepEqual(Object.keys(editor.lines()), ["b", "c"]);
  });

  test("a change beside a model does not touch it", () => {
    const editor = new Editor().type(`"version": 1`, `"version": `).read();
    assert.deepEqual(editor.stale(), []);
    editor.type(`  "b"`, `,  "b"`).read();
    assert.deepEqual(editor.stale(), []);
  });

  test("layers are found by place, the innermost, and by row", () => {
    const { held } = new Editor();
    const tanh = held.layerAt(positionOf(TEXT, TEXT.indexOf(`"Tanh"`)));
    assert.deepEqual(tanh?.uses, [
      { model: "a", paths: ["block.0.1", "block.1.1"] },
      { model: "b", paths: ["block.0.1", "block.1.1"] },
    ]);
    assert.equal(held.find("b", "block.1.1"), tanh);
    assert.equal(held.find("b", "block.9.9"), undefined);
    assert.equal(held.find("x", "block.1.1"), undefined);
    assert.equal(held.layerAt({ line: 0, column: 0 }), undefined);
    assert.deepEqual(tanh.shapes, { input: [8], output: [8], parameters: 0, rows: 2 });
  });

  test("a row that has no object of its own is found at its block", () => {
    const block = `{ "type": "Residual", "name": "res", "shortcut": "projection", "layers": [{ "type": "Tanh" },
      { "type": "Linear", "out_features": 3 }] }`;
    const text = TEXT.replace(
      `{ "type": "Linear", "out_features": 1 }`,
      `${block}, { "type": "Linear", "out_features": 1 }`,
    );
    const held = new Held(digestOf(text));
    assert.deepEqual(held.find("c", "res.shortcut")?.start, positionOf(text, text.indexOf(block)));
  });

  test("a good text is held as it is read, whatever was typed before", () => {
    const edit = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(60),
      fc.constantFrom("", "\n", "{", "},", '"x', "[1", "\n\n{ }"),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const editor = new Editor();
        for (const [at, length, added] of edits) {
          const offset = Math.floor(at * editor.text.length);
          editor.replace(offset, Math.min(length, editor.text.length - offset), added).read();
          for (const { start, end, layers } of editor.held.models) {
            for (const place of [start, end, ...layers.flatMap((layer) => [layer.start, layer.end])]) {
              assert.ok(!place || isIn(editor.text, place));
            }
          }
        }
        editor.replace(0, editor.text.length, TEXT).read();
        assert.deepEqual(editor.lines(), LINES);
        assert.deepEqual(editor.stale(), []);
      }),
      { numRuns: 200 },
    );
  });
});

const isIn = (text: string, { line, column }: Position): boolean => {
  const lines = text.split("\n");
  return line >= 0 && line < lines.length && column >= 0 && column <= (lines[line]?.length ?? -1);
};

test("a change is what an editor tells: the places that follow it are those of the same characters", () => {
  const text = Array.from({ length: 20 }, (_, i) => "x".repeat(i % 7)).join("\n");
  const offsets = fc.tuple(
    fc.nat(text.length),
    fc.nat(text.length),
    fc.constantFrom("", "ab", "\n", "a\nbc\n"),
  );
  fc.assert(
    fc.property(offsets, fc.nat(text.length), ([one, other, added], kept) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      if (kept >= start && kept < end) return;
      const changed = text.slice(0, start) + added + text.slice(end);
      const place = positionOf(text, kept);
      const model = { name: "m", key: RANGE, body: RANGE, start: place, end: place };
      const held = new Held({ ...digestOf(""), models: [model] });
      const change: TextChange = { start: positionOf(text, start), end: positionOf(text, end), text: added };
      held.change(change);
      const moved = kept < start ? kept : kept + added.length - (end - start);
      assert.deepEqual(held.models[0]?.start, positionOf(changed, moved));
    }),
    { numRuns: 300 },
  );
});

const RANGE = { offset: 0, length: 0 };
