import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import type { DataRequirements } from "../../src/engine/data/data.ts";
import type { DataSpec } from "../../src/engine/spec.ts";
import { required } from "../support/data.ts";
import { npyBytes } from "../support/npy.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlens-memory-"));
after(() => rmSync(folder, { recursive: true }));

const MB = 1e6;
/** What a process needs beside the arrays, whatever their size: pieces of files, code that is compiled, garbage that waits. */
const BESIDE = 60 * MB;

interface Result {
  readonly bytes: number;
  readonly grown: number;
  readonly refused?: string;
}

/** Loads data in a process of its own. */
function load(data: DataSpec, required: DataRequirements): Result {
  const job = JSON.stringify({ file: join(folder, "m.gradlens.json"), data, required });
  const script = join(import.meta.dirname, "..", "support", "peakOfLoad.ts");
  return JSON.parse(execFileSync(process.execPath, [script, job], { encoding: "utf8" })) as Result;
}

const spec = (type: string, params: Readonly<Record<string, unknown>>, normalize = false): DataSpec => ({
  type,
  params,
  normalize,
  normalize_targets: false,
  validation: 0,
});

const csv = (path: string): DataSpec => spec("csv", { path, target: ["t"], header: true, decimal: "." });

/** A file of a beginning and so many times the same. */
function write(name: string, head: string | Uint8Array, part: string | Uint8Array, count: number): void {
  const file = openSync(join(folder, name), "w");
  writeSync(file, Buffer.from(head));
  for (let i = 0; i < count; i++) writeSync(file, Buffer.from(part));
  closeSync(file);
}

const samples = 2 ** 20;
const header = (descr: string, shape: string, fortran = "False"): Uint8Array =>
  npyBytes({ header: `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`, data: [] });

write("x.npy", header("|u1", `${samples}, 32`), new Uint8Array(2 ** 20).fill(7), 32);
write("doubles.npy", header("<f8", `${samples}, 32`, "True"), new Uint8Array(2 ** 20), 256);
write("t.npy", header("|u1", `${samples},`), new Uint8Array(2 ** 20), 1);
write("names.npy", header("|S64", `${samples},`), Buffer.alloc(2 ** 20, "abcdefg"), 64);
write("numbers.csv", "a,b,c,t\n", "0.25,-1.5,3,1\n0.5,2e-3,-4,0\n".repeat(1_000), 2_000);
write("names.csv", "a,b,c,t\n", "0.25,-1.5,3,one\n0.5,2e-3,-4,two\n".repeat(1_000), 2_000);
write("lines.csv", "a,b,c,t\n", "\n".repeat(2 ** 20), 64);
writeFileSync(
  join(folder, "both.npz"),
  zipSync(
    {
      "x.npy": Buffer.concat([header("|u1", `${samples}, 32`), new Uint8Array(32 * samples)]),
      "t.npy": Buffer.concat([header("|u1", `${samples},`), new Uint8Array(samples)]),
    },
    { level: 1 },
  ),
);
writeFileSync(
  join(folder, "x.npy.gz"),
  gzipSync(Buffer.concat([header("|u1", `${samples}, 32`), new Uint8Array(32 * samples)]), { level: 1 }),
);

const images = required([32], [2], "class");
const pair = (inputs: string, targets = "t.npy") => ({ inputs, targets });

suite("data take little more memory than their arrays", () => {
  const cases: readonly (readonly [name: string, DataSpec, DataRequirements])[] = [
    ["an array of bytes", spec("npy", pair("x.npy")), images],
    ["an array that is normalised", spec("npy", pair("x.npy"), true), images],
    ["an array of doubles in Fortran's order", spec("npy", pair("doubles.npy")), images],
    ["an array and names of classes", spec("npy", pair("x.npy", "names.npy")), required([32], [7], "class")],
    ["a packed array", spec("npy", pair("x.npy.gz")), images],
    ["an archive", spec("npz", { path: "both.npz", inputs: "x", targets: "t" }), images],
    ["a table of numbers", csv("numbers.csv"), required([3], [1], "number")],
    ["a table with names of classes", csv("names.csv"), required([3], [2], "class")],
  ];
  for (const [name, data, asked] of cases) {
    test(name, () => {
      const { bytes, grown, refused } = load(data, asked);
      assert.equal(refused, undefined);
      assert.ok(bytes > 60 * MB, `${bytes} bytes`);
      assert.ok(grown <= 1.3 * bytes + BESIDE, `grown by ${grown} for ${bytes}`);
    });
  }
});

suite("data that are refused take no memory", () => {
  const cases: readonly (readonly [
    name: string,
    write: () => void,
    DataSpec,
    DataRequirements,
    message: string,
  ])[] = [
    [
      "a table of empty lines",
      () => undefined,
      csv("lines.csv"),
      required([3], [1], "number"),
      "lines.csv: no rows below the first line",
    ],
    [
      "a table of too many columns",
      () => write("columns.csv", "t", ",aaa".repeat(500_000), 8),
      csv("columns.csv"),
      required([3], [1], "number"),
      "columns.csv: 4000001 columns: files of up to 262144 columns are read",
    ],
    [
      "an array of more numbers than fit",
      () => {
        const shape = "(1073741824, 1)";
        const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`;
        writeFileSync(
          join(folder, "huge.npy.gz"),
          gzipSync(Buffer.concat([npyBytes({ header: text, data: [] }), new Uint8Array(2 ** 22)])),
        );
      },
      spec("npy", pair("huge.npy.gz", "huge.npy.gz")),
      required([1], [1], "number"),
      "huge.npy.gz: the file is cut off, or its header lies: the header promises 1073741824 bytes, found",
    ],
  ];
  for (const [name, write, data, asked, message] of cases) {
    test(name, () => {
      write();
      const { grown, refused } = load(data, asked);
      assert.equal(refused?.slice(0, message.length), message);
      assert.ok(grown <= BESIDE, `grown by ${grown}`);
    });
  }

  test("a table of too many names of classes", () => {
    const names = Array.from({ length: 140_000 }, (_, i) => `1,2,3,n${i}\n`).join("");
    writeFileSync(join(folder, "classes.csv"), `a,b,c,t\n${names}`);
    const { grown, refused } = load(csv("classes.csv"), required([3], [140_000], "class"));
    assert.match(
      refused ?? "",
      /line 131074, column "t": "n131072" is class number 131073: up to 131072 are told apart/,
    );
    assert.ok(grown <= BESIDE, `grown by ${grown}`);
  });
});
