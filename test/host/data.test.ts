import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, edit, ended, modelText, problems, show, start, until } from "./support.ts";

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
});
