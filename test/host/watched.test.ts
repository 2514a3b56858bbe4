import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { watchedOf } from "../../src/host/watched.ts";

const root = resolve("/w");
const source = { file: join(root, "models", "m.gradlens.json"), root };

suite("what is watched of a path", () => {
  test("is the file, and the folders on the way to it, below the folder that is open", () => {
    assert.deepEqual(watchedOf(source, "data/x.csv", true), {
      path: join(root, "models", "data", "x.csv"),
      base: root,
      pattern: "{models,models/data,models/data/x.csv}",
    });
    assert.equal(watchedOf(source, "..\\x.csv", true)?.pattern, "x.csv");
  });

  test("is the folder of the file alone where no folder is open", () => {
    const lone = { file: source.file, root: join(root, "models") };
    assert.deepEqual(watchedOf(lone, "data/x.csv", false), {
      path: join(root, "models", "data", "x.csv"),
      base: join(root, "models", "data"),
      pattern: "x.csv",
    });
  });

  test("is nothing outside of the workspace", () => {
    for (const path of ["../../secret.csv", "/etc/passwd", "..", "../..", "a\0b"]) {
      assert.equal(watchedOf(source, path, true), undefined, path);
    }
  });

  test("is no glob that the file's name happens to be", () => {
    assert.equal(watchedOf(source, "../{a,b}[1]*.csv", true)?.pattern, "?a?b??1??.csv");
  });
});
