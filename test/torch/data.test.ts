import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { dataSets } from "../../src/engine/data/index.ts";
import { Generator } from "../../src/engine/rng/generator.ts";
import { dataRequirementsOf } from "../../src/engine/graph/dataRequirements.ts";
import { parse } from "../../src/model/parse.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { loadData } from "../../src/worker/loadData.ts";
import { idxBytes } from "../support/idx.ts";
import { npyBytes } from "../support/npy.ts";
import { assertRan, runJobs, skip, tensorOf, workFolder, write } from "../support/torch.ts";

const linear = (out_features: number) => [{ type: "Linear", out_features }];
const flat = (out_features: number) => [{ type: "Flatten" }, ...linear(out_features)];
const tokens = [{ type: "Embedding", num_embeddings: 12, embedding_dim: 3 }];

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly layers: readonly unknown[];
  readonly loss: string;
  readonly data: unknown;
}

const of = (
  data: unknown,
  input: readonly number[],
  layers: readonly unknown[],
  loss: string,
  name?: string,
): Case => ({
  name: name ?? `${JSON.stringify(data)} for ${loss}`,
  input,
  layers,
  loss,
  data,
});

/** Files of every kind that is read, by name. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "numbers.csv": "a,b,t\n1,2.5,0\n-3e-2,4,1\n.5,1e3,2\n",
  "names.csv": '\ufeff"first";second ; kind\r\n1;2;"b ""x"""\r\n\r\n3;4;a\r\n5;6;"é"\r\n',
  "bare.csv": "1\t2\t0\n3\t4\t1\n",
  "german.csv": "a;b;t\n1.234,5;-2,5;1,5\n1.000.000;,25;2\n3;1e2;1.000,75\n",
  "quoted.csv": 'a,b,t\n"1,234.5",2,x\n"1,000",3,"1,5"\n7,4,x\n',
  "bars.csv": "a,x|b|t\n1|2|0\n3|4|1\n",
  "wide.csv": new Uint8Array(Buffer.from("\ufeffé;b;t\r\n1,5;2;ü\r\n3;4,5;b\r\n", "utf16le")),
  "several.csv": "p,q,x,y\n1,0,5,6\n0,1,7,9\n",
  "x.npy": npy("<f8", [3, 2, 2], new Float64Array(Array.from({ length: 12 }, (_, i) => i / 7))),
  "order.npy": npyBytes({
    header: "{'descr': '>i2', 'fortran_order': True, 'shape': (3, 2)}",
    data: Uint8Array.from([0, 1, 0, 2, 255, 253, 0, 4, 0, 5, 0, 6]),
  }),
  "ids.npy": npy("<i8", [3], new BigInt64Array([2n, 0n, 1n])),
  "flags.npy": npy("|b1", [3, 1], new Uint8Array([1, 0, 1])),
  "kinds.npy": npy(
    "<U2",
    [3],
    new Uint32Array([..."b_a_b_"].map((c) => (c === "_" ? 0 : (c.codePointAt(0) ?? 0)))),
  ),
  "bytes.npy": npy("|S1", [3], new TextEncoder().encode("yny")),
  "images.gz": gzipSync(
    idxBytes(
      0x08,
      [3, 2, 2],
      Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
    ),
  ),
  labels: idxBytes(0x08, [3], Uint8Array.from([1, 0, 2])),
  shorts: idxBytes(0x0b, [3, 2], Uint8Array.from([0, 1, 0, 2, 255, 253, 0, 4, 0, 5, 0, 6])),
};

function npy(descr: string, shape: readonly number[], values: ArrayBufferView): Uint8Array {
  const tuple = `(${shape.join(", ")},)`;
  return npyBytes({
    header: `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}}`,
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
}

const csv = (path: string, target: unknown, more: object = {}) => ({ type: "csv", path, target, ...more });

const CASES: readonly Case[] = [
  of({ type: "xor", samples: 37, noise: 0.2 }, [2], linear(2), "CrossEntropyLoss"),
  of({ type: "xor", samples: 10, noise: 0 }, [2], linear(1), "BCEWithLogitsLoss"),
  of({ type: "spiral", samples: 50, classes: 3, turns: 1.5, noise: 0.3 }, [2], linear(3), "MSELoss"),
  of({ type: "two_moons", samples: 20 }, [2], linear(2), "BCEWithLogitsLoss"),
  of({ type: "circles", samples: 31, factor: 0.4 }, [2], linear(3), "CrossEntropyLoss"),
  of({ type: "blobs", samples: 40, centers: 4, cluster_std: 0.3 }, [3], linear(4), "CrossEntropyLoss"),
  of({ type: "blobs", samples: 5 }, [1], linear(1), "MSELoss"),
  of({ type: "regression_sine", samples: 40, frequency: 2, noise: 0.4 }, [1], linear(1), "L1Loss"),
  of({ type: "gaussian", samples: 20 }, [2, 3], linear(4), "MSELoss"),
  of({ type: "gaussian", samples: 20 }, [2, 3], linear(4), "CrossEntropyLoss"),
  of({ type: "gaussian", samples: 20, normalize: true }, [2, 3, 3], flat(2), "BCEWithLogitsLoss"),
  of({ type: "gaussian", samples: 20 }, [5], [...tokens, ...linear(2)], "MSELoss", "gaussian of ids"),
  of({ type: "adding_problem", samples: 20 }, [7, 2], flat(1), "MSELoss"),
  of({ type: "copy_memory", samples: 6 }, [23, 10], linear(10), "CrossEntropyLoss"),
  of(
    { type: "copy_memory", samples: 6 },
    [22],
    [...tokens, ...linear(10)],
    "BCEWithLogitsLoss",
    "copy_memory of ids",
  ),
  of({ type: "parity", samples: 20 }, [6, 1], flat(2), "CrossEntropyLoss"),
  of({ type: "parity", samples: 20 }, [6], linear(1), "BCEWithLogitsLoss"),
  of({ type: "parity", samples: 20 }, [6], [...tokens, ...flat(2)], "CrossEntropyLoss", "parity of ids"),
  of(csv("numbers.csv", "t"), [2], linear(3), "CrossEntropyLoss"),
  of(csv("numbers.csv", "t", { normalize: true }), [2], linear(1), "MSELoss"),
  of(csv("numbers.csv", "a", { columns: ["t", 1] }), [2], linear(1), "HuberLoss"),
  of(csv("names.csv", "kind"), [2], linear(3), "CrossEntropyLoss"),
  of(csv("bare.csv", 2, { header: false }), [2], linear(1), "BCEWithLogitsLoss"),
  of(csv("german.csv", "t", { decimal: ",", thousands: "." }), [2], linear(1), "MSELoss"),
  of(csv("quoted.csv", "t", { thousands: "," }), [2], linear(2), "CrossEntropyLoss"),
  of(csv("bars.csv", "t", { delimiter: "|" }), [2], linear(2), "CrossEntropyLoss"),
  of(csv("wide.csv", "t", { decimal: "," }), [2], linear(1), "BCEWithLogitsLoss"),
  of(csv("several.csv", ["x", "y"]), [2], linear(2), "MSELoss"),
  of(csv("several.csv", ["x", "y"], { normalize_targets: true }), [2], linear(2), "L1Loss"),
  of({ type: "gaussian", samples: 20, normalize_targets: true }, [2, 3], linear(4), "HuberLoss"),
  of(
    { type: "regression_sine", samples: 40, normalize_targets: true },
    [1],
    linear(1),
    "MSELoss",
    "sine, scaled",
  ),
  of(
    { type: "npy", inputs: "x.npy", targets: "ids.npy", normalize: true },
    [1, 2, 2],
    flat(3),
    "CrossEntropyLoss",
  ),
  of({ type: "npy", inputs: "order.npy", targets: "flags.npy" }, [2], linear(1), "BCEWithLogitsLoss"),
  of({ type: "npy", inputs: "order.npy", targets: "kinds.npy" }, [2], linear(2), "CrossEntropyLoss"),
  of({ type: "npy", inputs: "x.npy", targets: "bytes.npy" }, [2, 2], flat(1), "BCEWithLogitsLoss"),
  of({ type: "npz", path: "both.npz", inputs: "in puts", targets: "t" }, [2, 2], flat(3), "CrossEntropyLoss"),
  of({ type: "idx", inputs: "images.gz", targets: "labels" }, [1, 2, 2], flat(3), "CrossEntropyLoss"),
  of({ type: "idx", inputs: "shorts", targets: "labels", normalize: true }, [2], linear(1), "MSELoss"),
];

const textOf = ({ input, layers, loss, data }: Case): string =>
  JSON.stringify({ models: { m: { input, layers, loss, data, train: { batch_size: 2, seed: 3 } } } });

suite("the data that exported programs load are the engine's", { skip }, () => {
  if (skip !== false) return;
  const folder = workFolder();
  for (const [name, content] of Object.entries(FILES)) write(folder, name, content);
  write(folder, "both.npz", zipSync({ "in puts.npy": bytesOf("x.npy"), "t.npy": bytesOf("ids.npy") }));
  const specs = CASES.map((one) => {
    const { models, problems } = parse(textOf(one));
    const spec = models[0].spec;
    assert.ok(spec, `${one.name}: ${problems[0]?.message}`);
    return spec;
  });
  const seen = runJobs(
    folder,
    specs.map((spec, i) => ({
      program: write(folder, `programs/d${i}.py`, exportModel(spec, { folder: ".." })),
      mode: "data",
    })),
  );

  test("every data set of the table is among them", () => {
    const types = new Set(specs.map(({ data }) => data.type));
    assert.deepEqual([...types].sort(), Object.keys(dataSets).sort());
  });

  for (const [i, { name }] of CASES.entries()) {
    test(name, async () => {
      assertRan(seen[i]);
      const [{ inputs, targets, types }] = seen[i];
      const required = dataRequirementsOf(specs[i]);
      const location = { file: `${folder}/m.gradlens.json`, root: folder };
      const own = await loadData(specs[i].data, location, required, new Generator(3));
      assertClose(own.inputs, tensorOf(inputs), [own.samples, ...own.input]);
      assertClose(own.targets, tensorOf(targets), [own.samples, ...own.target]);
      const inputType = required.ids === undefined ? "torch.float32" : "torch.int64";
      assert.deepEqual(types, [inputType, required.targets === "class" ? "torch.int64" : "torch.float32"]);
    });
  }
});

function bytesOf(name: string): Uint8Array {
  const content = FILES[name];
  assert.ok(typeof content !== "string");
  return content;
}

/** Equal but for the last bits of sines, cosines and normal numbers. */
function assertClose(
  actual: Float32Array,
  { shape, values }: ReturnType<typeof tensorOf>,
  expectedShape: readonly number[],
): void {
  assert.deepEqual(shape, expectedShape);
  assert.equal(values.length, actual.length);
  actual.forEach((x, i) => {
    assert.ok(
      Math.abs(x - values[i]) <= 1e-6 * Math.max(1, Math.abs(x)),
      `[${i}]: ${x}, in PyTorch ${values[i]}`,
    );
  });
}
