import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
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
import { Generator } from "../../src/engine/rng/generator.ts";
import { LIMITS, type Location, openInside } from "../../src/worker/files.ts";
import { loadData } from "../../src/worker/loadData.ts";
import type { ReadProgress } from "../../src/protocol/worker.ts";
import type { ReadOptions } from "../../src/worker/read.ts";
import { piecesOf, type Content, type Source } from "../../src/worker/source.ts";
import { isGzip, unpackEntry, unpackGzip } from "../../src/worker/unpack.ts";
import { findMember } from "../../src/worker/zip.ts";
import numpy from "../engine/data/numpy.json" with { type: "json" };
import { base64, utf8, required } from "../support/data.ts";
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

async function joined(content: Content): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

async function readInside(location: Location, path: string): Promise<Uint8Array> {
  const file = await openInside(location, path);
  try {
    return await joined(piecesOf(file));
  } finally {
    await file.close();
  }
}

/** Bytes as if they were those of a file. */
const sourceOf = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read(into, position) {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  },
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
    const leadsOut = "a link that leads out of the workspace folder: data are read only from within it";
    await refused(readInside(location, "escape.csv"), `escape.csv: ${leadsOut}`);
    await refused(readInside(location, "up/secret.csv"), `up/secret.csv: ${leadsOut}`);
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

suite(
  "a folder that is exchanged for a link while files in it are opened",
  { skip: process.platform === "win32" },
  () => {
    test("gives nothing from outside", async () => {
      const inside = join(root, "models", "swapped");
      mkdirSync(join(top, "elsewhere"));
      writeFileSync(join(top, "elsewhere", "x.csv"), "secret");
      mkdirSync(join(top, "sound"));
      writeFileSync(join(top, "sound", "x.csv"), "allowed");
      const swap =
        'const fs = require("fs"); const [inside, sound, elsewhere] = process.argv.slice(1);' +
        "for (;;) try { fs.renameSync(sound, inside); fs.renameSync(inside, sound);" +
        "fs.symlinkSync(elsewhere, inside); fs.unlinkSync(inside); } catch {}";
      const child = spawn(process.execPath, ["-e", swap, inside, join(top, "sound"), join(top, "elsewhere")]);
      try {
        const counts: Record<string, number> = {};
        // The other process is at its own pace: until it was once seen with the folder in place.
        for (let i = 0; i < 4_000 || (counts["allowed"] === undefined && i < 200_000); i++) {
          const found = await readInside(location, "swapped/x.csv").then(
            (bytes) => new TextDecoder().decode(bytes),
            (error: unknown) => {
              if (error instanceof DataError) return error.message;
              throw error;
            },
          );
          counts[found] = (counts[found] ?? 0) + 1;
        }
        assert.equal(counts["secret"], undefined, JSON.stringify(counts));
        assert.ok((counts["allowed"] ?? 0) > 0, JSON.stringify(counts));
      } finally {
        child.kill();
      }
    });
  },
);

suite("gzip", () => {
  const gunzip = (bytes: Uint8Array, most: number) => joined(unpackGzip(sourceOf(bytes), "x.gz", most));

  test("is unpacked, and told from other bytes", async () => {
    assert.deepEqual(await gunzip(gzipSync("abc"), 3), utf8("abc"));
    assert.ok(await isGzip(sourceOf(gzipSync("abc"))));
    assert.ok(!(await isGzip(sourceOf(utf8("abc")))));
    assert.ok(!(await isGzip(sourceOf(Uint8Array.of(0x1f)))));
  });

  test("that unpacks to more than the limit is refused, and takes no more memory", async () => {
    const limit = 2 ** 20;
    const bomb = gzipSync(new Uint8Array(2 ** 25)); // 32 MiB from 32 KiB
    await bounded(4 * limit, () =>
      refused(gunzip(bomb, limit), `x.gz: more than ${limit} bytes when unpacked: no more are read`),
    );
  });

  test("that is cut off or damaged is refused", async () => {
    const whole = gzipSync("some text that is long enough");
    await refused(gunzip(whole.subarray(0, -9), 100), "x.gz: the packed data are damaged or cut off");
    await refused(gunzip(whole.with(20, 99), 100), "x.gz: the packed data are damaged or cut off");
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
  const member = async (bytes: Uint8Array, name = "x", most = 1000): Promise<Uint8Array> => {
    const source = sourceOf(bytes);
    return joined(unpackEntry(source, await findMember(source, "d.npz", name), `d.npz:${name}`, most));
  };

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
  const spec = (
    type: string,
    params: Record<string, unknown>,
    normalize = false,
    normalize_targets = false,
  ) => ({
    type,
    params,
    normalize,
    normalize_targets,
    validation: 0,
  });
  const load =
    (...args: Parameters<typeof spec>) =>
    (asked: ReturnType<typeof required>, options: ReadOptions = {}) =>
      loadData(spec(...args), location, asked, new Generator(0), LIMITS, options);
  const two = required([2], [2], "class");

  test("reads a csv file, and normalises it where that is asked for", async () => {
    const params = { path: "data/x.csv", target: ["t"], header: true, decimal: "." };
    assert.deepEqual([...(await load("csv", params)(two)).inputs], [1, 2, 3, 4]);
    assert.deepEqual([...(await load("csv", params, true)(two)).inputs], [-1, -1, 1, 1]);
  });

  test("normalises targets that are numbers where that is asked for, and refuses classes", async () => {
    writeFileSync(join(root, "models", "targets.csv"), "x,t,u\n1,100,5\n2,300,5\n");
    const params = { path: "targets.csv", target: ["t", "u"], header: true, decimal: "." };
    const asked = required([1], [2], "number");
    const { inputs, targets } = await load("csv", params, false, true)(asked);
    assert.deepEqual([...inputs], [1, 2]);
    assert.deepEqual([...targets], [-1, 0, 1, 0]);
    await refused(
      load("csv", { ...params, target: ["t"] }, false, true)(required([2], [2], "class")),
      '"normalize_targets" is for numbers: the targets of this loss are classes',
    );
  });

  test("looks at the inputs once, as they are after normalising", async () => {
    const params = { path: "data/x.csv", target: ["t"], header: true, decimal: "." };
    const { inputFacts } = await load("csv", params, true)(two);
    assert.deepEqual(inputFacts, { rms: 1, max: 1, nonfinite: 0 });
  });

  test("reads an .npz archive", async () => {
    writeFileSync(join(root, "models", "d.npz"), base64(numpy.savez_compressed));
    const data = await load("npz", { path: "d.npz", inputs: "x", targets: "t" })(required([3], [2], "class"));
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
      load("xor", { samples: 8, noise: 0 })(required([3], [2], "class")),
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

  const csvParams = (path: string) => ({ path, target: ["t"], header: true, decimal: "." });
  const rows = 60_000;

  test("tells how far it has read, of both passes over a table", async () => {
    writeFileSync(join(root, "models", "rows.csv"), `a,b,t\n${"1,2,0\n3,4,1\n".repeat(rows)}`);
    const seen: ReadProgress[] = [];
    await load("csv", csvParams("rows.csv"))(two, { onProgress: (progress) => seen.push(progress) });
    const total = 2 * (6 + 12 * rows);
    assert.ok(seen.every((one) => one.file === "rows.csv" && one.total === total));
    assert.deepEqual(
      seen.map(({ read }) => read),
      seen.map(({ read }) => read).toSorted((a, b) => a - b),
    );
    assert.equal(seen.at(-1)?.read, total);
    assert.ok(seen.length > 4);
  });

  test("ends with the reason of the signal, while it reads and while it normalises", async () => {
    const aborting = new AbortController();
    const reason = new Error("another run");
    const onProgress = () => aborting.abort(reason);
    const params = csvParams("rows.csv");
    await assert.rejects(load("csv", params)(two, { signal: aborting.signal, onProgress }), reason);

    const samples = 2 ** 19;
    const header = (shape: string) => `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`;
    writeFileSync(
      join(root, "models", "many.npy"),
      npyBytes({ header: header(`${samples}, 4`), data: new Uint8Array(4 * samples) }),
    );
    writeFileSync(
      join(root, "models", "many-t.npy"),
      npyBytes({ header: header(`${samples},`), data: new Uint8Array(samples) }),
    );
    const late = new AbortController();
    const atTheEnd = ({ file, read, total }: ReadProgress) => {
      if (file === "many-t.npy" && read === total) late.abort(reason);
    };
    await assert.rejects(
      load(
        "npy",
        { inputs: "many.npy", targets: "many-t.npy" },
        true,
      )(required([4], [2], "class"), { signal: late.signal, onProgress: atTheEnd }),
      reason,
    );
  });

  test("lets the thread look at its messages while it reads", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await load("csv", csvParams("rows.csv"))(two);
    clearInterval(timer);
    assert.ok(turns > 3, `${turns} turns`);
  });

  test("refuses a file that is written to while it is read", async () => {
    writeFileSync(join(root, "models", "log.csv"), `a,b,t\n${"1,2,0\n3,4,1\n".repeat(rows)}`);
    let done = false;
    const onProgress = () => {
      if (!done) appendFileSync(join(root, "models", "log.csv"), "5,6,1\n");
      done = true;
    };
    await refused(
      load("csv", csvParams("log.csv"))(two, { onProgress }),
      "log.csv: the file was changed while it was read: try again",
    );
  });

  test("names the damage of an archive, not the nonsense that comes out of it", async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    const stored = zipSync(
      {
        "x.npy": npyBytes({ header, data: [0, 0, 0, 0, 0, 0, 0, 0] }),
        "t.npy": npyBytes({ header, data: [] }),
      },
      { level: 0 },
    );
    const end = 30 + "x.npy".length + 10 + header.length + 1 + 8;
    const damaged = stored.with(end - 1, 0x7f).with(end - 2, 0x80); // an infinity
    writeFileSync(join(root, "models", "damaged.npz"), damaged);
    const target = npyBytes({
      header: "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }",
      data: [1],
    });
    const both = zipSync({
      "x.npy": npyBytes({ header, data: [0, 0, 0, 0, 0, 0, 0x80, 0x7f] }),
      "t.npy": target,
    });
    writeFileSync(join(root, "models", "sound.npz"), both);
    const params = (path: string) => ({ path, inputs: "x", targets: path === "sound.npz" ? "t" : "x" });
    await refused(
      load("npz", params("sound.npz"))(two),
      /x\[0, 1\]: expected a finite number, found Infinity/,
    );
    await refused(
      load("npz", params("damaged.npz"))(required([2], [2], "number")),
      "damaged.npz:x: the archive is damaged: the array is not what its entry says",
    );
  });

  test("refuses a file outside of the root", () =>
    refused(
      load("csv", { path: "../../secret.csv", target: ["t"], header: true, decimal: "." })(two),
      /outside of the workspace folder/,
    ));
});
