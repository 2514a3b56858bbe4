import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { RunRequest } from "../../src/host/runOrigin.ts";
import { Runs } from "../../src/host/runs.ts";
import { Trainer } from "../../src/host/trainer.ts";

/** Threads that misbehave, as a bug or too little memory would make them: each answers `start` and then does this. */
const THREADS = {
  loops: "for (;;);",
  throws: "setTimeout(() => { throw new Error('out of luck'); });",
  exits: "process.exit(7);",
  waits: "",
  reads: "",
};

/** A thread that is asked to start answers, but for one that goes on to read its data. */
const script = (thread: keyof typeof THREADS): string => `
  const { parentPort } = require("node:worker_threads");
  const info = { model: "m", seed: 0, parameters: 1, steps: 10, layers: [], hist_every: 1, engine: "scalar" };
  parentPort.on("message", ({ id, name }) => {
    if (name === "check") parentPort.postMessage({ kind: "result", id, value: [] });
    if (name !== "start" || ${thread === "reads"}) return;
    parentPort.postMessage({ kind: "result", id, value: { info, files: [] } });
    setTimeout(() => { ${THREADS[thread]} }, 20);
  });
`;

const request: RunRequest = {
  origin: {
    uri: vscode.Uri.file("/m.gradlens.json"),
    file: "m.gradlens.json",
    model: "m",
    fingerprint: "",
    info: { model: "m", seed: 0, parameters: 1, steps: 10, layers: [], hist_every: 1, engine: "" },
  },
  source: { text: "", file: "/m.gradlens.json", root: "/" },
  options: {},
};

suite("the training thread", () => {
  let folder: string;
  let trainer: Trainer;
  const breaks: string[] = [];

  setup(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-thread-"));
    breaks.length = 0;
  });
  teardown(async () => {
    await trainer.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  function trainerOf(thread: keyof typeof THREADS): Trainer {
    const file = path.join(folder, "thread.cjs");
    fs.writeFileSync(file, script(thread));
    trainer = new Trainer(new Runs(() => 10), file, () => undefined);
    trainer.onDidBreak(({ reason }) => breaks.push(reason));
    return trainer;
  }

  const running = async (thread: keyof typeof THREADS) => {
    const run = trainerOf(thread).start(request);
    while (run.state === "preparing") await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 60));
    return run;
  };

  test("is ended by Stop when it listens to nothing any more", async () => {
    const run = await running("loops");
    await trainer.stop();
    assert.equal(run.end?.reason, "stopped");
    assert.deepEqual(breaks, []);
  });

  test("is ended when another run starts, which gets a thread of its own", async () => {
    const first = await running("loops");
    const second = trainer.start(request);
    await first.ended;
    while (second.state === "preparing") await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(first.end?.reason, "stopped");
    assert.equal(second.state, "running");
  });

  test("goes on with what it prepares for a run when a setting wants the next one elsewhere", async () => {
    const run = trainerOf("reads").start(request);
    await trainer.check(request.source);
    const where = (value: "own" | undefined): Thenable<void> =>
      vscode.workspace
        .getConfiguration("gradlens")
        .update("engine.process", value, vscode.ConfigurationTarget.Workspace);
    await where("own");
    try {
      await trainer.check(request.source);
      assert.equal(run.state, "preparing");
    } finally {
      await where(undefined);
    }
  });

  for (const [thread, reason] of [
    ["throws", /out of luck/],
    ["exits", /code 7/],
  ] as const) {
    test(`fails the run when it ${thread}, and is told of once`, async () => {
      const { ended } = await running(thread);
      const end = await ended;
      assert.ok(end.reason === "failed");
      assert.match(end.message, reason);
      assert.equal(breaks.length, 1);
    });
  }

  test("starts anew after it broke", async () => {
    await (
      await running("exits")
    ).ended;
    const next = trainer.start(request);
    const end = await next.ended;
    assert.equal(end.reason, "failed");
    assert.equal(breaks.length, 2);
  });

  test("settles what waits for it when the trainer is disposed", async () => {
    const run = await running("waits");
    const checked = trainer.check(request.source);
    const refused = assert.rejects(checked, /closed/);
    await trainer.dispose();
    await refused;
    assert.equal(run.end?.reason, "stopped");
  });

  test("a run that is stopped before its turn never begins", async () => {
    await running("loops");
    const next = trainer.start(request);
    const stopped = trainer.stop();
    await stopped;
    assert.equal(next.end?.reason, "stopped");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(next.state, "ended");
    assert.equal(trainer.active(), undefined);
  });
});
