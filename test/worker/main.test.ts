import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Rpc } from "../../src/protocol/rpc.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import type { ReadProgress, WorkerCalls, WorkerEvents } from "../../src/protocol/worker.ts";
import type { TrialsProgress } from "../../src/protocol/trials.ts";
import { portOf } from "../../src/process/port.ts";

const MAIN = join(import.meta.dirname, "../../src/worker/main.ts");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "gradlens-main-")));
after(() => rmSync(folder, { recursive: true }));

/** The thread, and what it has told. */
async function withThread(
  use: (
    rpc: Rpc<WorkerEvents, WorkerCalls>,
    told: {
      readonly progress: ReadProgress[];
      readonly trials: TrialsProgress[];
      frames(): number;
      ended(): Promise<RunEnd>;
    },
  ) => Promise<void>,
): Promise<void> {
  const worker = new Worker(MAIN);
  const progress: ReadProgress[] = [];
  const trials: TrialsProgress[] = [];
  let frames = 0;
  let end = Promise.withResolvers<RunEnd>();
  const rpc = new Rpc<WorkerEvents, WorkerCalls>(portOf(worker), {
    reading: (one) => void progress.push(one),
    frames: () => void frames++,
    path: () => undefined,
    computing: () => undefined,
    trial: (one) => void trials.push(one),
    ended: (how) => {
      end.resolve(how);
      end = Promise.withResolvers();
    },
  });
  try {
    await use(rpc, { progress, trials, frames: () => frames, ended: () => end.promise });
  } finally {
    rpc.dispose();
    await worker.terminate();
  }
}

const sourceOf = (fields: object, name = "m.gradlens.json") => ({
  text: JSON.stringify({
    version: 1,
    models: {
      m: {
        input: [2],
        layers: [{ type: "Linear", out_features: 1 }],
        loss: "BCEWithLogitsLoss",
        data: { type: "xor", samples: 64 },
        train: { steps: 5, batch_size: 16 },
        ...fields,
      },
    },
  }),
  file: join(folder, name),
  root: folder,
});

const csv = (path: string) => ({ data: { type: "csv", path, target: "y" } });

suite("the thread that trains", () => {
  writeFileSync(join(folder, "large.csv"), `a,b,y\n${"0,1,1\n1,1,0\n".repeat(2_000_000)}`);

  test("tells how far it reads, and stops reading when it is told to", () =>
    withThread(async (rpc, { progress }) => {
      const request = {
        source: sourceOf(csv("large.csv")),
        model: "m",
        options: { engine: "scalar" },
      } as const;
      const refused = assert.rejects(rpc.call("start", request), /abort/);
      for (let i = 0; progress.length === 0 && i < 1000; i++) await delay(2);
      const [first] = progress;
      assert.ok(first, "no progress was told");
      assert.equal(first.file, "large.csv");
      assert.ok(first.read > 0 && first.read <= first.total);
      await rpc.call("stop", undefined);
      await refused;
      const { info, files } = await rpc.call("start", { ...request, source: sourceOf({}) });
      assert.equal(info.model, "m");
      assert.deepEqual(files, []);
    }));

  test("gives up a check when the same file is checked anew, and when it is closed", () =>
    withThread(async (rpc) => {
      const source = sourceOf(csv("large.csv"));
      const outdated = assert.rejects(rpc.call("check", source), /abort/);
      const checked = rpc.call("check", sourceOf(csv("nowhere.csv")));
      await outdated;
      assert.match((await checked)[0]?.message ?? "", /nowhere\.csv/);
      const forgotten = assert.rejects(rpc.call("check", source), /abort/);
      await rpc.call("forget", { file: source.file });
      await forgotten;
    }));

  test("says in what state files are, and nothing of those outside of the root", () =>
    withThread(async (rpc) => {
      const paths = ["large.csv", "nowhere.csv", "../secret.csv"];
      const states = await rpc.call("states", { ...sourceOf({}), paths });
      assert.deepEqual(
        states.map(({ path }) => path),
        paths,
      );
      assert.match(states[0]?.state ?? "", /^\d+ \d+$/);
      assert.match(states[1]?.state ?? "", /no such file/);
      assert.match(states[2]?.state ?? "", /outside/);
    }));

  test("gives the memory of a run back when it is over", () =>
    withThread(async (rpc, { ended }) => {
      const wide = { type: "Linear", out_features: 3000 };
      const layers = [wide, { type: "Tanh" }, wide, { type: "Tanh" }, { type: "Linear", out_features: 1 }];
      const source = sourceOf({ layers, optimizer: { type: "Adam" }, train: { steps: 2, batch_size: 16 } });
      const end = ended();
      await rpc.call("start", { source, model: "m", options: {} });
      assert.equal((await end).reason, "completed");
      const before = process.memoryUsage.rss();
      const held = 4 * 3000 * 3000 * 4; // bytes of the middle layer's weights, gradients and Adam's two averages
      for (let i = 0; process.memoryUsage.rss() > before - held / 2 && i < 100; i++) await delay(100);
      const given = before - process.memoryUsage.rss();
      assert.ok(
        given > held / 2,
        `${(given / 1e6).toFixed(0)} of ${(held / 1e6).toFixed(0)} MB were given back`,
      );
    }));

  const sick = {
    layers: [
      { repeat: 5, layers: [{ type: "Linear", out_features: 8 }, { type: "Sigmoid" }] },
      { type: "Linear", out_features: 1 },
    ],
    train: { steps: 40, batch_size: 16 },
  };

  test("tries fixes beside a run that goes on, and tells how each candidate does", () =>
    withThread(async (rpc, { trials, frames, ended }) => {
      const options = { engine: "scalar" } as const;
      const long = sourceOf({ train: { steps: 1_000_000, batch_size: 16 } }, "long.gradlens.json");
      await rpc.call("start", { source: long, model: "m", options });
      const result = await rpc.call("tryFixes", { source: sourceOf(sick), model: "m", options, rules: {} });
      assert.ok(frames() > 1, "the run has not gone on");
      assert.equal(trials[0]?.stage, "original");
      assert.ok(result.tried > 5 && trials.length > result.tried);
      const stopped = ended();
      await rpc.call("stop", undefined);
      assert.equal((await stopped).reason, "stopped");
    }));

  test("stops trying when it is told to, and when fixes are tried anew", () =>
    withThread(async (rpc, { trials }) => {
      const options = { engine: "scalar" } as const;
      const endless = sourceOf({ ...sick, train: { steps: 1_000_000, batch_size: 16 } });
      const first = assert.rejects(
        rpc.call("tryFixes", { source: endless, model: "m", options, rules: {} }),
        /abort/,
      );
      const second = assert.rejects(
        rpc.call("tryFixes", { source: endless, model: "m", options, rules: {} }),
        /abort/,
      );
      await first;
      await rpc.call("stopFixes", undefined);
      await second;
      assert.equal(trials.length, 0);
    }));

  test("computes the spectrum of a part at the weights as they are, while the run goes on and after it", () =>
    withThread(async (rpc, { frames, ended }) => {
      const layers = [
        { type: "Linear", out_features: 8 },
        { type: "Tanh" },
        { type: "Linear", out_features: 1 },
      ];
      const train = { steps: 1_000_000, batch_size: 16 };
      await assert.rejects(rpc.call("spectrum", { path: "" }), /no weights are held/);
      await rpc.call("start", { source: sourceOf({ layers, train }), model: "m", options: {} });
      for (let i = 0; frames() < 2 && i < 1000; i++) await delay(2);
      const during = await rpc.call("spectrum", { path: "0" });
      assert.equal(during.values.length, 2);
      assert.ok(during.step > 0 && during.values[0] > during.values[1]);
      const over = ended();
      await rpc.call("stop", undefined);
      const { steps } = await over;
      const after = await rpc.call("spectrum", { path: "" });
      assert.deepEqual([after.step, after.inputs, after.outputs], [steps, 2, 1]);
      await assert.rejects(rpc.call("spectrum", { path: "nowhere" }), /no layer or block "nowhere"/);
    }));

  test("stops computing a spectrum when it is told to", () =>
    withThread(async (rpc) => {
      const layers = Array.from({ length: 8 }, () => ({ type: "Linear", out_features: 400 }));
      const source = sourceOf({
        layers,
        loss: "MSELoss",
        data: { type: "gaussian", samples: 16 },
        train: { steps: 1, batch_size: 16 },
      });
      await rpc.call("start", { source, model: "m", options: { paused: true } });
      const stopped = assert.rejects(rpc.call("spectrum", { path: "" }), /abort/);
      await delay(50);
      await rpc.call("stopSpectrum", undefined);
      await stopped;
    }));
});
