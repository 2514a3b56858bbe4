import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { PanelSession } from "../../src/host/panelSession.ts";
import { Judging } from "../../src/host/judging.ts";
import { Run } from "../../src/host/run.ts";
import { Runs } from "../../src/host/runs.ts";
import { MarksOfFiles } from "../../src/host/watch/marksOfFiles.ts";
import { WatchedRuns } from "../../src/host/watch/watchedRuns.ts";
import type { RuleSettings } from "../../src/protocol/rules.ts";
import { hoverAt, lensAt, linesOf, Memory, open, runsFolder, Stream } from "./stream.ts";
import { api, edit, lenses, problems, until } from "./support.ts";

suite("a run that another process writes", () => {
  suiteSetup(api);
  teardown(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  test("shows its figures at the lines that make the layers, while its file grows", async () => {
    const stream = new Stream("mlp");
    stream.write(3);
    const { state, controls, file } = await stream.run("under way", ({ step }) => step > 0);
    assert.deepEqual([state, controls, file], ["running", [], "mlp.py"]);
    const document = await open("mlp.py");
    const first = await until("a lens at the line of the first layer", () => lensAt(document.uri, 12));
    assert.match(first, /^‖∂L\/∂θ‖ \S+ · gain/);
    assert.match((await lensAt(document.uri, 13)) ?? "", /‖∂L\/∂θ‖ \S+ … \S+ over 3/);
    assert.match((await lensAt(document.uri, 14)) ?? "", /saturated/);
    stream.write(10);
    await until("other figures", async () => (await lensAt(document.uri, 12)) !== first);
    stream.write();
    const { end, step } = await stream.run("ended", (run) => run.state === "ended");
    assert.deepEqual([end?.reason, step], ["completed", 117]);
    const titles = (await lenses(document.uri)).map(({ title }) => title);
    assert.ok(
      titles.some((title) => /completed/.test(title)),
      titles.join("\n"),
    );
    assert.ok(titles.includes("$(pin)\u00a0Pin"), "it can be compared with others");
  });

  test("is marked in the gutter and explained where it is pointed at", async () => {
    const stream = new Stream("cnn");
    stream.write();
    await stream.run("ended", ({ end }) => end !== undefined);
    const document = await open("cnn.py");
    const { marks } = await api();
    const lines = await until(
      "marks",
      () => marks(document).length > 0 && marks(document).map(({ line }) => line + 1),
    );
    assert.deepEqual(lines, [15, 16, 17, 18, 19, 20, 23, 24, 37, 40, 43, 44]);
    // Both calls of a factory function: the first and the last of what the line has made.
    const text = await hoverAt(document.uri, 15);
    assert.match(text, /\*\*layer1\\\.0\\\.conv1\*\* · Conv2d/);
    assert.match(text, /\*\*layer2\\\.1\\\.conv1\*\* · Conv2d/);
  });

  test("has what was found of it at its lines, until they change", async () => {
    const stream = new Stream("nan");
    stream.write();
    await stream.run("ended", ({ end }) => end !== undefined);
    const document = await open("nan.py");
    const found = await until("a finding", () => problems(document.uri).length > 0 && problems(document.uri));
    assert.deepEqual([...new Set(found.map(({ range }) => range.start.line))], [6]);
    await edit(document, "lr=3.0", "lr=0.1");
    await until("no finding of another text", () => problems(document.uri).length === 0);
    await vscode.commands.executeCommand("undo");
    await until("the finding again", () => problems(document.uri).length > 0);
  });

  test("moves along with edits, and is stale until they are undone", async () => {
    const stream = new Stream("lstm");
    stream.write();
    const document = await open("lstm.py");
    const before = await until("a lens", () => lensAt(document.uri, 12));
    assert.doesNotMatch(before, /stale/);
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, new vscode.Position(0, 0), "# one\n# two\n");
    await vscode.workspace.applyEdit(change);
    await until("a stale lens two lines below", async () =>
      /stale/.test((await lensAt(document.uri, 14)) ?? ""),
    );
    assert.equal(await lensAt(document.uri, 12), undefined);
    assert.equal((await stream.run("stale")).stale, true);
    assert.deepEqual((await api()).marks(document), []);
    await vscode.commands.executeCommand("undo");
    await until("the lens again", async () => (await lensAt(document.uri, 12)) === before);
    await until("a run that is not stale", async () => !(await stream.run("there")).stale);
  });

  test("is lost where its process is gone, and is there again where it goes on", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""], { env: { ELECTRON_RUN_AS_NODE: "1" } });
    const gone = new Stream("killed", { host: hostname(), pid });
    gone.write();
    const { end, step } = await gone.run("lost", (run) => run.end !== undefined);
    assert.deepEqual([end?.reason, step], ["lost", 34]);
    const silent = new Stream("killed", { heartbeat: 0.2 });
    silent.write(5);
    await silent.run("lost", (run) => run.end?.reason === "lost");
    silent.write(5);
    const again = await silent.run("back", (run) => run.step === 9);
    assert.ok(again.step === 9);
  });

  test("that is written anew is another run", async () => {
    const stream = new Stream("ddp");
    stream.write(5);
    const first = await stream.run("under way", ({ step }) => step > 0);
    const [header = "", ...steps] = linesOf("ddp");
    const other = JSON.stringify({ ...JSON.parse(header), model: `${stream.model}b` });
    writeFileSync(stream.file, `${other}\n${steps[0]}\n`);
    await until("the other run", async () =>
      (await api()).runs().find(({ info, step }) => info.model === `${stream.model}b` && step === 1),
    );
    assert.equal((await stream.run("lost", ({ id }) => id === first.id)).end?.reason, "lost");
  });

  test("that was made outside of the workspace has no line there, and nothing is opened", async () => {
    const [header = ""] = linesOf("ddp");
    const { layers } = JSON.parse(header) as { layers: { where: { file: string } }[] };
    const files = [
      "/etc/passwd",
      "../../../etc/passwd",
      "C:\\x.py",
      "a\0b",
      "venv/lib/site-packages/torch/nn.py",
    ];
    const moved = layers.map((layer, i) => ({
      ...layer,
      where: { ...layer.where, file: files[i], via: [] },
    }));
    const stream = new Stream("ddp", { layers: moved });
    const open = vscode.workspace.textDocuments.length;
    stream.write();
    const { id } = await stream.run("ended", ({ end }) => end !== undefined);
    const why = await vscode.commands.executeCommand<string>("gradlens.revealLayer", id, "0");
    assert.match(why, /made nowhere in this workspace/);
    assert.equal(vscode.workspace.textDocuments.length, open);
  });

  test("says what strangers call their layers as text, and nothing else", async () => {
    const names = [
      "<img src=x>",
      "[x](command:workbench.action.quit)",
      "a\u202eb\u0007",
      "$(bug)",
      "__proto__",
    ];
    const [header = "", ...steps] = linesOf("ddp");
    const { layers } = JSON.parse(header) as { layers: object[] };
    const stream = new Stream("ddp", {
      layers: layers.map((layer, i) => ({ ...layer, path: names[i], type: names[i] })),
    });
    stream.write(1);
    const step = JSON.parse(steps[0] ?? "") as { layers: object[] };
    const named = { ...step, layers: step.layers.map((layer, i) => ({ ...layer, path: names[i] })) };
    appendFileSync(stream.file, `${JSON.stringify(named)}\n`);
    await stream.run("under way", (run) => run.step === 1);
    const document = await open("ddp.py");
    const text = await until("a hover", async () => (await hoverAt(document.uri, 13)) || undefined);
    assert.match(text, /\\\[x\\\]\\\(command\\:workbench/);
    assert.doesNotMatch(await hoverAt(document.uri, 12), /(?<!\\)<img/);
  });

  test("is told nothing of that cannot be read, and costs the others nothing", async () => {
    const before = new Set((await api()).runs().map(({ id }) => id));
    writeFileSync(join(runsFolder(), "20261130-9-broken.jsonl"), "not a run\n");
    mkdirSync(join(runsFolder(), "20261130-9-folder.jsonl"), { recursive: true });
    const stream = new Stream("mlp");
    stream.write();
    await stream.run("ended", ({ end }) => end !== undefined);
    const added = (await api()).runs().filter(({ id }) => !before.has(id));
    assert.equal(added.length, 1);
    rmSync(join(runsFolder(), "20261130-9-folder.jsonl"), { recursive: true });
  });

  test("becomes a model file of its layers, which the editor reads", async () => {
    const stream = new Stream("mlp");
    stream.write();
    const { id } = await stream.run("ended", ({ end }) => end !== undefined);
    await vscode.commands.executeCommand("gradlens.runs.importModel", id);
    const document = await until("the model file", () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.isUntitled ? shown : undefined;
    });
    assert.match(document.getText(), /\{"type":"Linear","name":"inputs","out_features":16\}/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  test("is called, pinned, hidden and left out in the next window as the user wants it", async () => {
    const streams = ["mlp", "ddp", "killed"].map((name) => new Stream(name, { heartbeat: 0.1 }));
    for (const stream of streams) {
      stream.write();
      await stream.run("ended", ({ end }) => end !== undefined);
    }
    const memory = new Memory();
    const openWindow = async (expected: number) => {
      const runs = new Runs(() => 50);
      const marks = new MarksOfFiles(memory, runs);
      const watched = new WatchedRuns(runs, marks, () => undefined);
      const found = () =>
        streams.map(({ model }) => runs.all().find(({ origin, end }) => origin.model === model && end));
      await until("the runs", () => found().filter((run) => run).length === expected);
      return { found, runs, marks, dispose: () => [watched, marks, runs].forEach((one) => one.dispose()) };
    };
    const first = await openWindow(3);
    const [named, hidden, gone] = first.found();
    assert.ok(named && hidden && gone);
    named.name = "the good one";
    first.runs.pin(named, true);
    first.runs.hide(hidden);
    first.runs.remove(gone);
    first.marks.remove(gone, true);
    first.runs.changed(gone, "state"); // its process goes on
    first.dispose();

    const second = await openWindow(2);
    assert.deepEqual(
      second.found().map((run) => run?.marks),
      [{ name: "the good one", pinned: true }, { hidden: true }, undefined],
    );
    second.marks.remove(gone, false);
    second.dispose();
    (await openWindow(3)).dispose();
  });

  test("is judged by the settings as they are, while its record lies on the disk", async () => {
    const stream = new Stream("nan");
    stream.write();
    await stream.run("ended", ({ end }) => end !== undefined);
    let set: RuleSettings = {};
    const runs = new Runs(
      () => 50,
      () => set,
    );
    const marks = new MarksOfFiles(new Memory(), runs);
    const judging = new Judging(runs);
    const watched = new WatchedRuns(runs, marks, () => undefined);
    const run = await until("the run", () =>
      runs.all().find(({ origin, end }) => origin.model === stream.model && end),
    );
    await until("it to be judged", () => run.isJudged && !run.record.isHere);
    assert.equal(run.said().severity, "error");
    const { findings } = (await run.record.bring(), run.findings());
    run.record.leave(run.said());
    set = Object.fromEntries(findings.map(({ id }) => [id, "off"]));
    runs.judge();
    await until("it to be judged anew", () => run.said().severity !== "error");
    assert.equal(run.record.isHere, false);
    for (const one of [judging, watched, marks, runs]) one.dispose();
  });

  test("is not written into the storage of runs: its file is there", async () => {
    assert.ok(existsSync(runsFolder()));
    const watched = (await api()).runs().filter(({ controls }) => controls.length === 0);
    assert.ok(watched.length >= 8, `${watched.length} runs`);
  });
});

suite("a panel", () => {
  const info = { model: "m", parameters: 0, layers: [], hist_every: 1, engine: "" };
  const beginning = (stream = false, isAskedFor = false) => ({
    origin: {
      file: "m.py",
      model: "m",
      fingerprint: "",
      info,
      ...(stream && { stream: { file: "x", folder: vscode.Uri.file("/"), renames: [] } }),
    },
    isAskedFor,
  });

  test("keeps the run that one looks at when a watched one begins, unless it was asked for", () => {
    const runs = new Runs(
      () => 50,
      () => ({}),
    );
    const webview = { onDidReceiveMessage: () => new vscode.Disposable(() => undefined) };
    const place = { webview, visible: true } as unknown as ConstructorParameters<typeof PanelSession>[0];
    const services = { runs, at: () => undefined } as unknown as ConstructorParameters<
      typeof PanelSession
    >[1];
    const session = new PanelSession(place, services);
    const first = runs.add(beginning(true));
    assert.equal(session.shown(), first, "nothing was shown before");
    runs.add(beginning(true));
    assert.equal(session.shown(), first);
    const own = runs.add(beginning());
    assert.equal(session.shown(), own);
    runs.add(beginning(true));
    assert.equal(session.shown(), own);
    const asked = runs.add(beginning(true, true));
    assert.equal(session.shown(), asked);
    assert.ok(asked instanceof Run && asked.isWatched);
    session.dispose();
    runs.dispose();
  });
});
