import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import fc from "fast-check";
import { DataError } from "../../src/engine/data/error.ts";
import { Generator } from "../../src/engine/rng.ts";
import { LIMITS, readInside } from "../../src/worker/files.ts";
import { loadData } from "../../src/worker/loadData.ts";
import { unpackGzip, unpackMember } from "../../src/worker/unpack.ts";
import numpy from "../engine/data/numpy.json" with { type: "json" };
import { base64, utf8, wants } from "../support/data.ts";
import { npyBytes } from "../support/npy.ts";

const top = realpathSync(mkdtempSync(join(tmpdir(), "gradlens-")));
after(() => rmSync(top, { recursive: true }));

const root = join(top, "workspace");
const location = { file: join(root, "models", "m.gradlens.json"), root };
mkdirSync(join(root, "models", "data"), { recursive: true });
writeFileSync(join(top, "secret.csv"), "secret");
writeFileSync(join(root, "above.csv"), "above");
writeFileSync(join(root, "models", "data", "x.csv"), "a,b,t\n1,2,0\n3,4,1\n");
writeFileSync(join(root, "models", "empty.csv"), "");

/** Resolves when the promise rejects with a `DataError` of this message. */
const refused = (promise: Promise<unknown>, message: string | RegExp): Promise<void> =>
  assert.rejects(promise, (error) => {
    if (!(error instanceof DataError)) throw error;
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });

suite("a file that a model names", () => {
  const read = async (path: string): Promise<string> =>
    new TextDecoder().decode(await readInside(location, path));

  test("is read relative to the model file, with separators of either kind", async () => {
    assert.match(await read("data/x.csv"), /^a,b,t/);
    assert.match(await read(".\\data\\x.csv"), /^a,b,t/);
    assert.equal(await read("../above.csv"), "above");
    assert.equal(await read("empty.csv"), "");
  });

  test("may lie behind a link that stays within the root", async () => {
    symlinkSync(join(root, "above.csv"), join(root, "models", "link.csv"));
    assert.equal(await read("link.csv"), "above");
  });

  test("may lie in a root that is itself reached by a link", async () => {
    symlinkSync(root, join(top, "linked"));
    const linked = { file: join(top, "linked", "models", "m.gradlens.json"), root: join(top, "linked") };
    assert.equal((await readInside(linked, "../above.csv")).length, 5);
  });

  const outside = "outside of the workspace folder: data are read only from within it";
  const refusals: readonly (readonly [string, string])[] = [
    ["../../secret.csv", outside],
    ["..\\..\\secret.csv", outside],
    ["../../no-such-file", outside], // does not tell what exists there
    ["../../workspace-2/x.csv", outside],
    ["/etc/hostname", "an absolute path: expected one relative to the model file"],
    ["C:\\data\\x.csv", "an absolute path: expected one relative to the model file"],
    ["C:x.csv", "an absolute path: expected one relative to the model file"],
    ["\\\\server\\share\\x.csv", "an absolute path: expected one relative to the model file"],
    ["data/y.csv", "there is no such file"],
    ["data/x.csv/y.csv", "there is no such file: a part of its path is not a folder"],
    ["data", "a folder: expected a file"],
    ["..", "a folder: expected a file"],
    ["x\0.csv", "not a path: it holds a character of code 0"],
  ];
  for (const [path, message] of refusals) {
    test(`is refused: ${path.slice(0, 30).replace("\0", "\\0")}: ${message}`, () =>
      refused(readInside(location, path), `${path}: ${message}`));
  }

  test("is refused where its path is too long, of which the message has both ends", () =>
    refused(
      readInside(location, `a${"x".repeat(5000)}z`),
      `a${"x".repeat(99)}…${"x".repeat(98)}z: the path is too long`,
    ));

  test("is refused behind a link that leads out of the root", async () => {
    symlinkSync(join(top, "secret.csv"), join(root, "models", "escape.csv"));
    symlinkSync(top, join(root, "models", "up"));
    await refused(readInside(location, "escape.csv"), `escape.csv: ${outside}`);
    await refused(readInside(location, "up/secret.csv"), `up/secret.csv: ${outside}`);
  });

  test("is refused where links lead in a circle", async () => {
    symlinkSync("circle", join(root, "models", "circle"));
    await refused(readInside(location, "circle"), "circle: its links lead in a circle");
  });

  test("is refused by its size before it is read", async () => {
    writeFileSync(join(root, "models", "large.npy"), "");
    truncateSync(join(root, "models", "large.npy"), LIMITS.file + 1); // a hole: takes no space
    const message = `large.npy: ${LIMITS.file + 1} bytes: files of up to ${LIMITS.file} bytes are read`;
    await refused(readInside(location, "large.npy"), message);
    rmSync(join(root, "models", "large.npy"));
  });

  test(
    "is refused where it is a pipe, without waiting for a writer",
    { skip: process.platform === "win32" },
    async () => {
      execFileSync("mkfifo", [join(root, "models", "pipe")]);
      await refused(readInside(location, "pipe"), "pipe: neither a file nor a folder: expected a file");
    },
  );
});

suite("gzip", () => {
  test("is unpacked, and other bytes are passed on", async () => {
    assert.deepEqual(await unpackGzip(gzipSync("abc"), "x", 3), Buffer.from("abc"));
    assert.deepEqual(await unpackGzip(utf8("abc"), "x", 0), utf8("abc"));
  });

  test("that unpacks to more than the limit is refused, and takes no more memory", async () => {
    const limit = 2 ** 20;
    const bomb = gzipSync(new Uint8Array(2 ** 25)); // 32 MiB from 32 KiB
    await bounded(4 * limit, () =>
      refused(
        unpackGzip(bomb, "x.gz", limit),
        `x.gz: more than ${limit} bytes when unpacked: no more are read`,
      ),
    );
  });

  test("that is cut off or damaged is refused", async () => {
    const whole = gzipSync("some text that is long enough");
    await refused(
      unpackGzip(whole.subarray(0, -9), "x.gz", 100),
      "x.gz: the packed data are damaged or cut off",
    );
    await refused(
      unpackGzip(whole.with(20, 99), "x.gz", 100),
      "x.gz: the packed data are damaged or cut off",
    );
  });
});

/** Passes when `run` keeps the memory of buffers from growing by more than so many bytes, looked at often. */
async function bounded(most: number, run: () => Promise<void>): Promise<void> {
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)), 1);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  assert.ok(peak <= most, `${peak} bytes`);
}

suite("an .npz archive", () => {
  const member = (bytes: Uint8Array, name = "x", most = 1000): Promise<Uint8Array> =>
    unpackMember(bytes, "d.npz", name, most);

  test("that NumPy has written, packed or not, gives its arrays", async () => {
    for (const archive of [numpy.savez, numpy.savez_compressed]) {
      const file = await member(base64(archive), "t");
      assert.equal(new TextDecoder("latin1").decode(file.subarray(1, 6)), "NUMPY");
      assert.deepEqual(await member(base64(archive), "t.npy"), file);
    }
  });

  test("without the array is refused with the names that there are", () =>
    refused(member(base64(numpy.savez), "y"), 'd.npz: there is no array "y": the archive has "x", "t"'));

  test("with a bomb is refused, and takes no more memory", async () => {
    const limit = 2 ** 20;
    const bomb = zipSync({ "x.npy": new Uint8Array(2 ** 25) });
    const message = `d.npz:x: more than ${limit} bytes when unpacked: no more are read`;
    await bounded(4 * limit, () => refused(member(bomb, "x", limit), message));
  });

  test("with a bomb whose entry says that it is small is refused", async () => {
    const bomb = zipSync({ "x.npy": new Uint8Array(100_000) });
    const view = new DataView(bomb.buffer, bomb.byteOffset, bomb.length);
    view.setUint32(view.getUint32(bomb.length - 6, true) + 24, 10, true); // size in the directory
    await refused(member(bomb), "d.npz:x: more than 1000 bytes when unpacked: no more are read");
    await refused(
      member(bomb, "x", 200_000),
      "d.npz:x: the archive is damaged: the array is not what its entry says",
    );
  });

  test("with a damaged array is refused", async () => {
    const start = 30 + "x.npy".length; // of the data, behind the local header and the name
    const stored = zipSync({ "x.npy": utf8("abcdef") }, { level: 0 });
    assert.equal(stored[start], 0x61);
    await refused(member(stored.with(start, 0x62)), /damaged: the array is not what its entry says/);
    const packed = zipSync({ "x.npy": utf8("abcdef".repeat(20)) });
    assert.deepEqual(
      packed.subarray(start, start + 3),
      new Uint8Array(deflateRawSync("abcdef".repeat(20))).subarray(0, 3),
    );
    await refused(member(packed.with(start, 0xff)), "d.npz:x: the packed data are damaged or cut off");
  });

  test("that is cut off anywhere is refused", async () => {
    const whole = base64(numpy.savez_compressed);
    for (let length = 0; length < whole.length; length++) {
      await assert.rejects(member(whole.subarray(0, length)), DataError);
    }
  });

  test("throws nothing but DataError, whatever the bytes", async () => {
    const whole = base64(numpy.savez_compressed);
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    const bytes = fc
      .array(change, { minLength: 1, maxLength: 5 })
      .map((changes) => changes.reduce((bytes, [at, byte]) => bytes.with(at, byte), whole));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, fc.uint8Array()), async (bytes) => {
        try {
          await member(bytes);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

suite("loadData", () => {
  const spec = (type: string, params: Record<string, unknown>, normalize = false) => ({
    type,
    params,
    normalize,
    validation: 0,
  });
  const load =
    (...args: Parameters<typeof spec>) =>
    (asked: ReturnType<typeof wants>) =>
      loadData(spec(...args), location, asked, new Generator(0));
  const two = wants([2], [2], "class");

  test("reads a csv file, and normalises it where that is asked for", async () => {
    const params = { path: "data/x.csv", target: ["t"], header: true };
    assert.deepEqual([...(await load("csv", params)(two)).inputs], [1, 2, 3, 4]);
    assert.deepEqual([...(await load("csv", params, true)(two)).inputs], [-1, -1, 1, 1]);
  });

  test("reads an .npz archive", async () => {
    writeFileSync(join(root, "models", "d.npz"), base64(numpy.savez_compressed));
    const data = await load("npz", { path: "d.npz", inputs: "x", targets: "t" })(wants([3], [2], "class"));
    assert.deepEqual(
      [[...data.inputs], [...data.targets]],
      [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        [0, 1, 1, 0],
      ],
    );
    await refused(
      load("npz", { path: "d.npz", inputs: "x", targets: "x" })(two),
      `d.npz:x: the samples have the shape [3], but the model's "input" is [2]`,
    );
  });

  test("reads IDX files, packed with gzip or not", async () => {
    writeFileSync(
      join(root, "models", "images.gz"),
      gzipSync(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6)),
    );
    writeFileSync(join(root, "models", "labels"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 1));
    const data = await load("idx", { inputs: "images.gz", targets: "labels" })(two);
    assert.deepEqual([[...data.inputs], [...data.targets]], [[5, 6], [1]]);
  });

  test("draws a generated set, and refuses a model that it does not fit", async () => {
    assert.equal((await load("xor", { samples: 8, noise: 0 })(two)).samples, 8);
    await refused(
      load("xor", { samples: 8, noise: 0 })(wants([3], [2], "class")),
      /the model's "input" is \[3\]/,
    );
  });

  test("holds inputs to be ids of tokens where an embedding comes first", async () => {
    writeFileSync(
      join(root, "models", "ids.npy"),
      npyBytes({ header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", data: [0, 1, 2, 7] }),
    );
    writeFileSync(
      join(root, "models", "t.npy"),
      npyBytes({ header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", data: [0, 1] }),
    );
    const params = { inputs: "ids.npy", targets: "t.npy" };
    assert.deepEqual([...(await load("npy", params)({ ...two, ids: 8 })).inputs], [0, 1, 2, 7]);
    await refused(
      load("npy", params)({ ...two, ids: 7 }),
      "sample 1 has the input 7 at position 1, but Embedding takes ids of tokens: integers from 0 to 6",
    );
    await refused(load("npy", params, true)({ ...two, ids: 8 }), /"normalize" is not for ids of tokens/);
  });

  test("refuses a file outside of the root", () =>
    refused(
      load("csv", { path: "../../secret.csv", target: ["t"], header: true })(two),
      /outside of the workspace folder/,
    ));
});
