import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { RunSummary } from "../../src/protocol/webview.ts";
import {
  api,
  edit,
  ended,
  modelText,
  runThat,
  show,
  start,
  stepped,
  stop,
  summary,
  until,
} from "./support.ts";

const setAutoRun = (on: boolean | undefined) =>
  vscode.workspace.getConfiguration("gradlens").update("autoRun", on, vscode.ConfigurationTarget.Global);

const LONG = { steps: 100_000_000, batch_size: 16, seed: 0 };

/** Three models that differ in their learning rates, of which "c" is never run. */
function fileOf(more: Readonly<Record<string, object>> = {}): string {
  const models = (["a", "b", "c"] as const).map((name, i) => {
    const one = JSON.parse(
      modelText({ optimizer: { type: "SGD", lr: [0.5, 0.25, 0.125][i] }, ...more[name] }, name),
    ) as {
      models: object;
    };
    return one.models;
  });
  return JSON.stringify({ version: 1, models: Object.assign({}, ...models) as object }, undefined, 2);
}

/** Runs of the window after this one. */
const since = async (id: number): Promise<readonly RunSummary[]> =>
  (await api()).runs().filter((run) => run.id > id);

const modelsOf = (runs: readonly RunSummary[]) => runs.map(({ info }) => info.model);

suite("runs on saving", () => {
  suiteSetup(api);
  setup(() => setAutoRun(true));
  teardown(async () => {
    await setAutoRun(undefined);
    await stop();
  });

  test("are made of every model that was run and has changed, one after the other", async () => {
    const document = await show("every.gradlens.json", fileOf());
    await ended(await start(document.uri, "a"));
    const last = await start(document.uri, "b");
    await ended(last);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await edit(document, '"lr": 0.25', '"lr": 0.3');
    await edit(document, '"lr": 0.125', '"lr": 0.2');
    await document.save();
    const runs = await until("two runs that have ended", async () => {
      const found = await since(last);
      return found.length >= 2 && found.every(({ state }) => state === "ended") && found;
    });
    assert.deepEqual(modelsOf(runs), ["a", "b"]);
    assert.deepEqual(
      runs.map(({ end }) => end?.reason),
      ["completed", "completed"],
    );
    await delay(300);
    assert.equal((await since(last)).length, 2);
  });

  test("are made of a model that was not the file's last to run, and of no other", async () => {
    const document = await show("first.gradlens.json", fileOf());
    await ended(await start(document.uri, "a"));
    const last = await start(document.uri, "b");
    await ended(last);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await document.save();
    const next = await until("the next run", async () => (await since(last))[0]);
    assert.equal(next.info.model, "a");
    await ended(next.id);
    await delay(300);
    assert.equal((await since(last)).length, 1);
  });

  test("are made of what another model hands down to it", async () => {
    const text = fileOf()
      .replace('"c": {', '"c": { "extends": "a",')
      .replace('"lr": 0.125', '"momentum": 0.5');
    const document = await show("extends.gradlens.json", text);
    const last = await start(document.uri, "c");
    await ended(last);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await document.save();
    const next = await until("the next run", async () => (await since(last))[0]);
    assert.equal(next.info.model, "c");
    await ended(next.id);
  });

  test("are none where only a comment has changed", async () => {
    const document = await show("comments.gradlens.json", fileOf());
    const last = await start(document.uri, "a");
    await ended(last);
    await edit(document, '"version"', '/* new */ "version"');
    await document.save();
    await delay(500);
    assert.deepEqual(await since(last), []);
  });

  test("wait for a run of the user's that is up to date", async () => {
    const document = await show("wait.gradlens.json", fileOf({ b: { train: LONG } }));
    await ended(await start(document.uri, "a"));
    const mine = await start(document.uri, "b");
    await stepped(mine);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await document.save();
    await delay(500);
    assert.equal((await summary(mine)).state, "running");
    assert.deepEqual(await since(mine), []);
  });

  test("begin with the run that goes on, where its model has changed", async () => {
    const document = await show("outdated.gradlens.json", fileOf({ b: { train: LONG } }));
    await ended(await start(document.uri, "a"));
    const old = await start(document.uri, "b");
    await stepped(old);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await edit(document, '"lr": 0.25', '"lr": 0.3');
    await document.save();
    const next = await until("the next run", async () => (await since(old))[0]);
    assert.equal(next.info.model, "b");
    assert.equal((await ended(old)).end?.reason, "stopped");
    await stepped(next.id);
  });

  test("are over when the user stops one, or starts another", async () => {
    const document = await show("over.gradlens.json", fileOf({ a: { train: LONG } }));
    const first = await start(document.uri, "a");
    await stepped(first);
    const last = await start(document.uri, "b");
    await ended(last);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await edit(document, '"lr": 0.25', '"lr": 0.3');
    await document.save();
    const again = await until("the run of a", async () => (await since(last))[0]);
    await stepped(again.id);
    await stop();
    await delay(500);
    assert.deepEqual(modelsOf(await since(last)), ["a"]);

    await edit(document, '"lr": 0.6', '"lr": 0.7');
    await document.save(); // a and b are due
    const third = await until("the run of a", async () => (await since(again.id))[0]);
    await stepped(third.id);
    const mine = await start(document.uri, "c");
    await ended(mine);
    await delay(500);
    assert.deepEqual(modelsOf(await since(third.id)), ["c"]);
  });

  test("of the next save replace those that still wait", async () => {
    const document = await show("replace.gradlens.json", fileOf({ a: { train: LONG } }));
    const first = await start(document.uri, "a");
    await stepped(first);
    const last = await start(document.uri, "b");
    await ended(last);
    await edit(document, '"lr": 0.5', '"lr": 0.6');
    await edit(document, '"lr": 0.25', '"lr": 0.3');
    await document.save(); // a runs, b waits
    const second = await until("the run of a", async () => (await since(last))[0]);
    await stepped(second.id);
    await edit(document, '"lr": 0.3', '"lr": 0.25'); // b is as it was run
    await edit(document, '"steps": 100000000', '"steps": 20');
    await document.save();
    const third = await until("the next run of a", async () => (await since(second.id))[0]);
    await runThat(third.id, "completed", ({ end }) => end?.reason === "completed");
    await delay(500);
    assert.deepEqual(modelsOf(await since(second.id)), ["a"]);
  });
});
