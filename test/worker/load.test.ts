import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { RunOptions } from "../../src/protocol/worker.ts";
import { DataStore } from "../../src/worker/dataStore.ts";
import { checkFile, load } from "../../src/worker/load.ts";
import type { Preparing } from "../../src/worker/prepare.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "gradlens-load-")));
after(() => rmSync(folder, { recursive: true }));
const location = { file: join(folder, "m.gradlens.json"), root: folder };

function write(name: string, text: string, secondsAgo = 60): void {
  writeFileSync(join(folder, name), text);
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(join(folder, name), time, time);
}

const table = (rows: number) =>
  `a,b,y\n${Array.from({ length: rows }, (_, i) => `${i % 7},${i % 5},${i % 2}\n`).join("")}`;

/** A file with these models, which differ in nothing but what is given. */
const file = (models: Readonly<Record<string, object>>): string =>
  JSON.stringify({
    version: 1,
    models: Object.fromEntries(
      Object.entries(models).map(([name, fields]) => [
        name,
        {
          input: [2],
          layers: [{ type: "Linear", out_features: 1 }],
          loss: "BCEWithLogitsLoss",
          data: { type: "csv", path: "table.csv", target: "y", validation: 0.2 },
          train: { steps: 5, batch_size: 8, seed: 1 },
          ...fields,
        },
      ]),
    ),
  });

async function losses(text: string, name: string, preparing: Preparing): Promise<number[]> {
  const options: RunOptions = { engine: "scalar" };
  const training = await load(text, name, location, options, preparing);
  return [...training.steps()].map(({ loss }) => loss);
}

/** A wish that counts how often a file was read to its end. */
function counting(): { readonly wish: Preparing; whole(): number } {
  let reads = 0;
  const onProgress: Preparing["onProgress"] = ({ read, total }) => void (reads += read === total ? 1 : 0);
  return { wish: { onProgress }, whole: () => reads };
}

const lr = (rate: number) => ({ optimizer: { type: "SGD", lr: rate } });

suite("loading a model", () => {
  write("table.csv", table(100));

  test("a run takes the data that a check has read, and the numbers are those of a run alone", async () => {
    await delay(30);
    const store = new DataStore(2 ** 20);
    const text = file({ a: {}, b: lr(0.5), c: { train: { steps: 5, batch_size: 8, seed: 2 } } });
    const checked = counting();
    assert.deepEqual(await checkFile(text, location, { store, ...checked.wish }), []);
    assert.equal(checked.whole(), 3); // each of the three models is told of one read
    for (const name of ["a", "b", "c"]) {
      const again = counting();
      const found = await losses(text, name, { store, ...again.wish });
      assert.equal(again.whole(), 0);
      assert.deepEqual(found, await losses(text, name, {}));
      assert.deepEqual(found, await losses(text, name, { store })); // nothing was written to
    }
  });

  test("what is drawn goes on from where the data left the generator", async () => {
    const store = new DataStore(2 ** 20);
    const text = file({ m: { data: { type: "spiral", samples: 60, noise: 0.1, validation: 0.2 } } });
    await checkFile(text, location, { store });
    assert.ok(store.bytes > 0);
    const expected = await losses(text, "m", {});
    assert.deepEqual(await losses(text, "m", { store }), expected);
    assert.deepEqual(await losses(text, "m", { store }), expected);
  });

  test("says which files a run has read, and in what state", async () => {
    const text = file({ m: {} });
    const states: string[] = [];
    const read: Preparing["read"] = (files) => {
      for (const { path, state } of files) states.push(`${path} ${state}`);
    };
    await losses(text, "m", { read });
    write("table.csv", table(101), 50);
    await losses(text, "m", { read });
    assert.match(states[0] ?? "", /^table\.csv \d+ \d+$/);
    assert.notEqual(states[0], states[1]);
  });

  test("ends with the signal's reason when it is aborted, whatever it waits for", async () => {
    write("table.csv", table(400_000)); // more than one chunk
    const abort = new AbortController();
    const text = file({ m: {} });
    const loaded = losses(text, "m", {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await assert.rejects(loaded, /enough/);
    await assert.rejects(checkFile(text, location, { signal: abort.signal }), /enough/);
  });
});
