import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cyclesOf } from "./support/cycles.ts";
import { filesIn, importsOf } from "./support/imports.ts";

const graph = (targets: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(targets));

suite("cycles of a graph", () => {
  test("there is none where every way ends", () => {
    assert.deepEqual(cyclesOf(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: ["elsewhere"] })), []);
  });

  test("its members are named, and not those that only lead to it or away from it", () => {
    assert.deepEqual(cyclesOf(graph({ before: ["c"], c: ["a"], b: ["c"], a: ["b", "after"], after: [] })), [
      ["a", "b", "c"],
    ]);
  });

  test("one that names itself is one", () => {
    assert.deepEqual(cyclesOf(graph({ a: ["b"], b: ["b"] })), [["b"]]);
  });

  test("each has its own list", () => {
    assert.deepEqual(cyclesOf(graph({ a: ["b", "c"], b: ["a"], c: ["d"], d: ["c"] })), [
      ["c", "d"],
      ["a", "b"],
    ]);
  });
});

// Imports of types count: whoever reads one of the files has to read them all.
suite("who imports whom", () => {
  for (const folder of ["src", "webview", "bench", "test", "tools"]) {
    test(`no files of ${folder} import each other in a circle`, () => {
      const files = filesIn(folder);
      const known = new Set(files);
      const imports = new Map(
        files.map((file) => [
          file,
          importsOf(file).map(({ to }) => (known.has(`${to}.ts`) ? `${to}.ts` : to)), // assembly leaves `.ts` away
        ]),
      );
      assert.ok([...imports.values()].flat().some((to) => known.has(to)));
      assert.deepEqual(cyclesOf(imports), []);
    });
  }
});
