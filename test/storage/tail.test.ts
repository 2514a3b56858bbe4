import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { glance } from "../../src/storage/glance.ts";
import { Tail } from "../../src/storage/tail.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlens-tail-"));
after(() => rmSync(folder, { recursive: true }));
let made = 0;
const fresh = (text?: string): string => {
  const path = join(folder, `${++made}.jsonl`);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};
/** What happened, and what was read. */
async function look(tail: Tail): Promise<readonly [string, string]> {
  let text = "";
  const change = await tail.read((piece) => (text += Buffer.from(piece).toString()));
  return [change, text];
}

suite("a file that grows", () => {
  test("is read from where it was left", async () => {
    const tail = new Tail(fresh("one\n"));
    assert.deepEqual(await look(tail), ["alive", "one\n"]);
    assert.deepEqual(await look(tail), ["none", ""]);
    appendFileSync(tail.path, "tw");
    appendFileSync(tail.path, "o\n");
    assert.deepEqual(await look(tail), ["alive", "two\n"]);
  });

  test("is read whole where it is longer than what is read at a time", async () => {
    const text = "0123456789\n".repeat(100_000);
    assert.equal((await look(new Tail(fresh(text))))[1], text);
  });

  test("that is only touched lives", async () => {
    const tail = new Tail(fresh("one\n"));
    await look(tail);
    utimesSync(tail.path, 1, 1);
    assert.deepEqual(await look(tail), ["alive", ""]);
  });

  test("that has become shorter, or another one, is replaced", async () => {
    const tail = new Tail(fresh("one\ntwo\n"));
    await look(tail);
    truncateSync(tail.path, 4);
    assert.deepEqual(await look(tail), ["replaced", ""]);
    const other = new Tail(fresh("one\n"));
    await look(other);
    renameSync(fresh("three\n"), other.path);
    assert.deepEqual(await look(other), ["replaced", ""]);
  });

  test(
    "that is a link, a folder, a pipe or nothing is none",
    { skip: process.platform === "win32" },
    async () => {
      const link = fresh();
      symlinkSync(fresh("secret\n"), link);
      const pipe = fresh();
      execFileSync("mkfifo", [pipe]);
      for (const path of [link, pipe, folder, fresh()])
        assert.deepEqual(await look(new Tail(path)), ["gone", ""]);
      assert.equal(await glance(link), undefined);
      assert.equal(await glance(pipe), undefined);
    },
  );
});

suite("a glance at a long file", () => {
  test("sees its first line and its end", async () => {
    const first = `${"x".repeat(200_000)}\n`;
    const seen = await glance(fresh(`${first}${"y\n".repeat(300_000)}end\n`));
    assert.equal(Buffer.from(seen?.head ?? []).toString(), first);
    const ending = Buffer.from(seen?.ending ?? []).toString();
    assert.ok(ending.endsWith("y\nend\n") && ending.length < 300_000);
  });

  test("sees nothing twice in a short one", async () => {
    const seen = await glance(fresh("one\ntwo\n"));
    assert.deepEqual(
      [seen?.head, seen?.ending].map((part) => Buffer.from(part ?? []).toString()),
      ["one\n", "two\n"],
    );
  });

  test("sees nothing where there is no whole first line", async () => {
    assert.equal(await glance(fresh("")), undefined);
    assert.equal(await glance(fresh("one")), undefined);
    assert.equal(await glance(fresh("x".repeat(20_000_000))), undefined);
  });
});
