import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { suite, test } from "node:test";
import { portFrom } from "../../tools/vscode/port.mjs";

const tools = path.resolve(import.meta.dirname, "..", "..", "tools");

const WRONG = ["70000", "65536", "-1", "abc", "1.5", "", " 80", "0x50", "1e3"];

suite("a port", () => {
  test("is a whole number from 0 to 65535", () => {
    for (const port of [0, 1, 8123, 65535]) assert.equal(portFrom(String(port)), port);
    for (const text of WRONG) assert.throws(() => portFrom(text), /expected a whole number from 0 to 65535/);
  });

  for (const script of ["start.mjs", "vscode/code.mjs"]) {
    test(`that is none ends ${script} with a sentence, before anything is built or started`, () => {
      for (const text of ["70000", "-1", "abc"]) {
        const args = [path.join(tools, script), `--port=${text}`];
        const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
        assert.equal(status, 1);
        assert.equal(stderr, `--port "${text}": expected a whole number from 0 to 65535\n`);
        assert.equal(stdout, "");
      }
    });
  }

  test("that looks like an option, and an option that there is not, are told of in a sentence", () => {
    for (const args of [
      ["--port", "-1"],
      ["--prot", "80"],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [path.join(tools, "start.mjs"), ...args], {
        encoding: "utf8",
      });
      assert.equal(status, 1);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.match(stderr, new RegExp(args[0] ?? ""));
    }
  });
});
