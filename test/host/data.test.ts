import assert from "node:assert/strict";
import * as vscode from "vscode";
import { setTimeout as delay } from "node:timers/promises";
import {
  api,
  at,
  edit,
  ended,
  ENDLESS,
  modelText,
  problems,
  runThat,
  show,
  start,
  stepped,
  stop,
  summary,
  titles,
  until,
} from "./support.ts";

const csv = (path: string) => modelText({ data: { type: "csv", path, target: "y" } });

suite("data of a model file", () => {
  suiteSetup(async () => {
    await api();
    const rows = Array.from({ length: 32 }, (_, i) => `${i % 2},${(i >> 1) % 2},${(i ^ (i >> 1)) % 2}`);
    await vscode.workspace.fs.writeFile(
      at("good.csv"),
      new TextEncoder().encode(`a,b,y\n${rows.join("\n")}\n`),
    );
    await vscode.workspace.fs.writeFile(
      at("holes.csv"),
      new TextEncoder().encode("a,b,y\n0,1,1\n0,,1\n1,1,0\n"),
    );
  });

  test("a file that is not there is a problem that names it", async () => {
    const document = await show("data.gradlens.json", csv("nowhere.csv"));
    const problem = await until("the problem", () => problems(document.uri)[0]);
    assert.match(problem.message, /nowhere\.csv/);
    assert.ok(document.getText(problem.range).includes("nowhere.csv"), document.getText(problem.range));
  });

  test("the problem is gone when the path is mended, and the model runs", async () => {
    const document = await show("data.gradlens.json", csv("nowhere.csv"));
    await until("the problem", () => problems(document.uri)[0]);
    await edit(document, "nowhere.csv", "good.csv");
    await until("no problem", () => problems(document.uri).length === 0);
    const { end } = await ended(await start(document.uri));
    assert.equal(end?.reason, "completed");
  });

  test("a hole in a table is a problem that names its row", async () => {
    const document = await show("holes.gradlens.json", csv("holes.csv"));
    const problem = await until("the problem", () => problems(document.uri)[0]);
    assert.match(problem.message, /holes\.csv.*3|3.*holes\.csv/);
  });

  test("a run whose data cannot be read fails with the reason", async () => {
    const document = await show("failing.gradlens.json", csv("nowhere.csv"));
    const { end } = await ended(await start(document.uri));
    assert.ok(end?.reason === "failed", end?.reason);
    assert.match(end.message, /nowhere\.csv/);
  });

  const write = (name: string, text: string) =>
    vscode.workspace.fs.writeFile(at(name), new TextEncoder().encode(text));
  const XOR = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
  const small = (path: string) =>
    modelText({
      data: { type: "csv", path, target: "y" },
      train: { steps: 5, batch_size: 4, seed: 0 },
    });

  test("problems come and go with the file, while nothing is typed", async () => {
    await vscode.workspace.fs.createDirectory(at("late"));
    await delay(500); // the watcher takes a new folder up
    const document = await show("late.gradlens.json", small("late/late.csv"));
    const { message } = await until("the problem", () => problems(document.uri)[0]);
    assert.match(message, /late\.csv.*no such file/);
    await write("late/late.csv", XOR);
    await until("no problem, since the file has come", () => problems(document.uri).length === 0);
    await write("late/late.csv", "a,b,y\n0,,0\n");
    await until("the problem of a hole", () => problems(document.uri).length > 0);
    await write("late/late.csv", XOR);
    await until("no problem, since the hole is filled", () => problems(document.uri).length === 0);
    await vscode.workspace.fs.delete(at("late"), { recursive: true });
    await until("the problem, since the folder is gone", () => problems(document.uri).length > 0);
  });

  test("problems go after a run that has found none", async () => {
    const document = await show("recheck.gradlens.json", small("recheck.csv"));
    await until("the problem", () => problems(document.uri)[0]);
    await write("recheck.csv", XOR);
    assert.equal((await ended(await start(document.uri))).end?.reason, "completed");
    await until("no problem", () => problems(document.uri).length === 0);
  });

  test("figures are stale once a file that the run has read holds something else", async () => {
    await write("fresh.csv", XOR);
    const document = await show("fresh.gradlens.json", small("fresh.csv"));
    const id = await start(document.uri);
    await ended(id);
    await delay(1000);
    assert.equal((await summary(id)).stale, false);
    await write("fresh.csv", `${XOR}1,1,0\n`);
    await runThat(id, "stale", ({ stale }) => stale);
    assert.ok((await titles(document.uri)).some((title) => title.startsWith("↻ Run again")));
    const next = await start(document.uri);
    await ended(next);
    await delay(1000);
    assert.equal((await summary(next)).stale, false);
  });

  const rows = (count: number) => `a,b,y\n${"0,1,1\n1,1,0\n".repeat(count / 2)}`;

  test("a run goes before the check of large files, which is made when it is over", async () => {
    await write("large.csv", `${rows(400_000)}0,,1\n`);
    const endless = await show("endless.gradlens.json", modelText(ENDLESS));
    const id = await start(endless.uri);
    await stepped(id);
    const document = await show("large.gradlens.json", small("large.csv"));
    await delay(2000);
    assert.equal(problems(document.uri).length, 0);
    const tiny = await show("tiny.gradlens.json", small("nowhere.csv"));
    await until("the problem of what takes no time", () => problems(tiny.uri).length > 0);
    assert.equal((await summary(id)).state, "running");
    await stop();
    const problem = await until("the problem of the large file", () => problems(document.uri)[0]);
    assert.match(problem.message, /large\.csv/);
  });

  test("Stop ends a run that is still reading, and the next one starts", async () => {
    await write("long.csv", rows(2_000_000));
    const document = await show("long.gradlens.json", small("long.csv"));
    const id = await start(document.uri);
    await delay(20);
    await stop();
    assert.equal((await summary(id)).end?.reason, "stopped");
    assert.equal((await ended(await start(document.uri))).end?.reason, "completed");
  });
});
