import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { DataError } from "../../src/engine/data/error.ts";
import { DataStore, type Declared } from "../../src/worker/dataStore.ts";
import type { ReadOptions } from "../../src/worker/read.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "gradlens-store-")));
after(() => rmSync(folder, { recursive: true }));
const location = { file: join(folder, "m.gradlens.json"), root: folder };

/** Written so long ago that its time can be trusted. */
function write(name: string, bytes: number, secondsAgo = 60): void {
  writeFileSync(join(folder, name), new Uint8Array(bytes));
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(join(folder, name), time, time);
}

const settle = () => delay(30);

interface Source extends Declared<Uint8Array> {
  /** Loads that were begun; each ends when it is told to, or aborted. */
  readonly begun: { end(value?: Uint8Array | Error): void; readonly loading: ReadOptions }[];
}

/** Something that is made from files, by hand. */
function source(key: string, files: readonly string[] = [], drawn = 0): Source {
  const begun: Source["begun"] = [];
  return {
    key,
    location,
    files,
    drawn,
    begun,
    bytesOf: ({ length }) => length,
    load: (loading) =>
      new Promise((resolve, reject) => {
        loading.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        const end = (value: Uint8Array | Error = new Uint8Array(8)) =>
          value instanceof Error ? reject(value) : resolve(value);
        begun.push({ end, loading });
      }),
  };
}

/** Waits until so many loads of a source have been begun, and ends the last. */
async function end(one: Source, loads: number, value?: Uint8Array | Error): Promise<void> {
  for (let i = 0; one.begun.length < loads && i < 200; i++) await delay(5);
  assert.equal(one.begun.length, loads, `loads of ${one.key}`);
  one.begun.at(-1)?.end(value);
}

const isAborted = { name: "AbortError" };

suite("the store of data", () => {
  test("loads a declaration once for all who wait for it, and keeps it", async () => {
    write("once.csv", 10);
    await settle();
    const store = new DataStore(100);
    const one = source("a", ["once.csv"]);
    const both = [store.get(one), store.get(one)];
    await end(one, 1);
    const [first, second] = await Promise.all(both);
    assert.equal(first?.value, second?.value);
    assert.equal((await store.get(one)).value, first?.value);
    assert.equal(one.begun.length, 1);
    assert.equal(store.bytes, 8);
  });

  test("loads anew once the file has changed, was deleted, or has come", async () => {
    write("changing.csv", 10);
    await settle();
    const store = new DataStore(100);
    const one = source("a", ["changing.csv"]);
    const load = async (loads: number) => {
      const got = store.get(one);
      await end(one, loads);
      return (await got).files[0]?.state;
    };
    const states = new Set<string | undefined>();
    states.add(await load(1));
    write("changing.csv", 10, 30); // as long as before
    await settle();
    states.add(await load(2));
    rmSync(join(folder, "changing.csv"));
    states.add(await load(3));
    write("changing.csv", 10, 10);
    await settle();
    states.add(await load(4));
    assert.equal(states.size, 4);
  });

  test("keeps what is wrong with a file as long as the file stays as it is", async () => {
    write("bad.csv", 10);
    await settle();
    const store = new DataStore(100);
    const one = source("a", ["bad.csv"]);
    const refused = assert.rejects(store.get(one), /no table/);
    await end(one, 1, new DataError("no table"));
    await refused;
    await assert.rejects(store.get(one), /no table/);
    assert.equal(one.begun.length, 1);
  });

  test("keeps no bug: the next who asks tries again", async () => {
    const store = new DataStore(100);
    const one = source("a");
    const refused = assert.rejects(store.get(one), /a bug/);
    await end(one, 1, new Error("a bug"));
    await refused;
    const again = store.get(one);
    await end(one, 2);
    await again;
  });

  test("loads again what was changed while it was loaded", async () => {
    write("moving.csv", 10);
    await settle();
    const store = new DataStore(100);
    const one = source("a", ["moving.csv"]);
    const got = store.get(one);
    for (let i = 0; one.begun.length < 1 && i < 200; i++) await delay(5);
    write("moving.csv", 20);
    await settle();
    await end(one, 1, new Uint8Array(1));
    await end(one, 2, new Uint8Array(2));
    assert.equal((await got).value.length, 2);
  });

  test("stays within its budget: what was used longest ago goes first", async () => {
    const store = new DataStore(20);
    const [a, b, c, huge] = ["a", "b", "c", "huge"].map((key) => source(key));
    assert.ok(a && b && c && huge);
    const load = async (one: Source, loads: number, bytes = 8) => {
      const got = store.get(one);
      await end(one, loads, new Uint8Array(bytes));
      await got;
    };
    await load(a, 1);
    await load(b, 1);
    await store.get(a);
    await load(c, 1); // b goes
    assert.equal(store.bytes, 16);
    await store.get(a);
    await load(b, 2);
    await load(huge, 1, 21); // too large to be kept at all
    assert.equal(store.bytes, 16);
  });

  test("loads one at a time", async () => {
    const store = new DataStore(100);
    const [a, b] = [source("a"), source("b")];
    const both = Promise.all([store.get(a), store.get(b)]);
    await settle();
    assert.deepEqual([a.begun.length, b.begun.length], [1, 0]);
    await end(a, 1);
    await end(b, 1);
    await both;
  });

  test("ends a load that nobody waits for any more, and none that somebody does", async () => {
    const store = new DataStore(100);
    const one = source("a");
    const [old, next] = [new AbortController(), new AbortController()];
    const leaving = assert.rejects(store.get(one, { signal: old.signal }), isAborted);
    await settle();
    const staying = store.get(one, { signal: next.signal });
    old.abort();
    await leaving;
    assert.equal(one.begun[0]?.loading.signal?.aborted, false);
    const alsoLeaving = assert.rejects(staying, isAborted);
    next.abort();
    await alsoLeaving;
    assert.equal(one.begun[0]?.loading.signal?.aborted, true);
    const again = store.get(one);
    await end(one, 2);
    await again;
  });

  test("puts off what stands in the way of a run, and takes it up again after", async () => {
    const store = new DataStore(100);
    const [check, run] = [source("check"), source("run")];
    const checked = store.get(check);
    await settle();
    const ready = store.get(run, { first: true });
    await settle();
    assert.equal(check.begun[0]?.loading.signal?.aborted, true);
    await end(run, 1);
    await ready;
    await end(check, 2);
    await checked;
  });

  test("a run takes over what a check is loading already", async () => {
    const store = new DataStore(100);
    const one = source("a");
    const checked = store.get(one);
    await settle();
    const ready = store.get(one, { first: true });
    await settle();
    await end(one, 1);
    assert.equal((await ready).value, (await checked).value);
  });

  test("while a run goes on only small loads are made for others", async () => {
    write("small.csv", 1000);
    write("large.csv", 2 ** 20 + 1);
    const store = new DataStore(100);
    const [small, large, drawn] = [
      source("small", ["small.csv"]),
      source("large", ["large.csv"]),
      source("drawn", [], 2 ** 21),
    ];
    store.hold(true);
    const all = [store.get(large), store.get(drawn), store.get(small)];
    await end(small, 1);
    await settle();
    assert.deepEqual([large.begun.length, drawn.begun.length], [0, 0]);
    store.hold(false);
    await Promise.all([end(large, 1), end(drawn, 1)]);
    await Promise.all(all);
  });

  test("tells all who wait how far it is", async () => {
    const store = new DataStore(100);
    const one = source("a");
    const told: string[] = [];
    const gets = ["check", "run"].map((who) =>
      store.get(one, { onProgress: ({ file, read, total }) => told.push(`${who} ${file} ${read}/${total}`) }),
    );
    await settle();
    one.begun[0]?.loading.onProgress?.({ file: "x.npy", read: 1, total: 2 });
    await end(one, 1);
    await Promise.all(gets);
    assert.deepEqual(told, ["check x.npy 1/2", "run x.npy 1/2"]);
  });
});
