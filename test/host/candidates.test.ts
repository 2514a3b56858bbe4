import assert from "node:assert/strict";
import { type Candidate, grouped } from "../../src/host/candidates.ts";

/** A model of ten lines from `first` on. */
const model = (value: string, file: string, first: number, run?: number): Candidate<string> => ({
  value,
  file,
  first,
  last: first + 9,
  ...(run !== undefined && { run }),
});

const names = (all: readonly Candidate<string>[], cursor?: { file: string; line: number }) =>
  grouped(all, cursor).map(({ title, candidates }) => [title, ...candidates.map(({ value }) => value)]);

const all = [
  model("early", "here", 0, 3),
  model("middle", "here", 20),
  model("late", "here", 40),
  model("never", "there", 0),
  model("long ago", "there", 20, 1),
  model("lately", "far", 0, 2),
];

suite("the models to choose from", () => {
  test("begin with those of the file where the cursor is, the nearest first", () => {
    const order = (line: number) => names(all, { file: "here", line })[0];
    assert.deepEqual(order(24), ["this file", "middle", "early", "late"]);
    assert.deepEqual(order(100), ["this file", "late", "middle", "early"]);
    assert.deepEqual(order(0), ["this file", "early", "middle", "late"]);
    assert.deepEqual(order(31), ["this file", "middle", "late", "early"]); // 2, 9 and 22 lines away
  });

  test("go on with those that were run, the last one first, and end with the rest", () => {
    assert.deepEqual(names(all, { file: "here", line: 0 }).slice(1), [
      ["run before", "lately", "long ago"],
      ["other models", "never"],
    ]);
  });

  test("are those that were run and the rest where no model file is shown", () => {
    assert.deepEqual(names(all), [
      ["run before", "early", "lately", "long ago"],
      ["other models", "middle", "late", "never"],
    ]);
  });

  test("have no group without a model", () => {
    assert.deepEqual(names([model("only", "here", 0)], { file: "here", line: 3 }), [["this file", "only"]]);
    assert.deepEqual(names([]), []);
  });
});
