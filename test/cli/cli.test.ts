import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, suite, test } from "node:test";
import { canRevectorize } from "../../src/process/wideSimd.ts";

const repo = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "gradlens-cli-"));

/** The command as it is built. */
const gradlens = (...args: string[]) => gradlensIn(folder, ...args);

/** The same from another folder. */
function gradlensIn(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repo, "dist/cli.js"), ...args], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const model = (fields: object = {}) => ({
  input: [2],
  layers: [
    { type: "Linear", out_features: 4, name: "first" },
    { type: "ReLU" },
    { type: "Linear", out_features: 1 },
  ],
  loss: "BCEWithLogitsLoss",
  data: { type: "spiral", samples: 100 },
  train: { steps: 25, batch_size: 10 },
  ...fields,
});

function write(name: string, content: string | object): string {
  const text =
    typeof content === "string" ? content : JSON.stringify({ version: 1, models: content }, undefined, 2);
  writeFileSync(join(folder, name), text);
  return name;
}

suite("gradlens on a terminal", () => {
  after(() => rmSync(folder, { recursive: true }));

  const one = write("one.gradlens.json", { only: model() });
  const two = write("two.gradlens.json", { a: model(), b: model({ layers: [] }) });

  test("shows a table by layer, and ends with 0", () => {
    const { status, stdout, stderr } = gradlens("run", one);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^first +Linear +\S+ +\S+ +\S+ +\S+ +█/m);
    assert.match(stdout, /^25 steps in .* · loss 0\.\d+ · accuracy \d+\.\d %$/m);
    assert.match(stderr, /^only · 3 layers · 17 parameters · seed 0$/m);
  });

  test("writes every n-th step as JSON lines, and the first eight", () => {
    const { status, stdout } = gradlens(
      "run",
      one,
      "--format",
      "jsonl",
      "--every",
      "10",
      "--steps",
      "21",
      "--seed",
      "3",
    );
    assert.equal(status, 0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map(({ type, step }) => step ?? type),
      ["run", 1, 2, 3, 4, 5, 6, 7, 8, 11, 21, "end"],
    );
    assert.equal(lines[0]["seed"], 3);
    assert.equal(lines[11]["reason"], "completed");
    assert.equal(lines[11]["steps"], 21);
  });

  test("writes the step whose numbers are no longer finite and the eight before it, in order", () => {
    const fields = {
      loss: "MSELoss",
      optimizer: { type: "SGD", lr: 3 },
      layers: [{ type: "Linear", out_features: 1 }],
    };
    const file = write("late.gradlens.json", {
      m: model({ ...fields, train: { steps: 5000, batch_size: 10 } }),
    });
    const { status, stdout } = gradlens("run", file, "--format", "jsonl", "--every", "25");
    assert.equal(status, 3);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { step?: number; steps?: number });
    const steps = lines.flatMap(({ step }) => step ?? []);
    const last = lines.at(-1)?.steps ?? NaN;
    assert.ok(last > 17, `ended at step ${last}`);
    const expected = Array.from({ length: last }, (_, i) => i + 1).filter(
      (step) => step <= 8 || step % 25 === 1 || step >= last - 8,
    );
    assert.deepEqual(steps, expected);
  });

  test("both engines give the same figures", () => {
    const first = (engine: string) => {
      const { stdout } = gradlens("run", one, "--format", "jsonl", "--steps", "1", "--engine", engine);
      return JSON.parse(stdout.split("\n")[1]) as { loss: number; grad_norm: number };
    };
    const [wasm, scalar] = [first("auto"), first("scalar")];
    assert.ok(Math.abs(wasm.loss - scalar.loss) < 1e-6 && Math.abs(wasm.grad_norm - scalar.grad_norm) < 1e-6);
  });

  test("runs the first example to its end: long enough for every kernel to be compiled by V8's optimizing compiler", () => {
    const example = join(repo, "examples", "vanishing.gradlens.json");
    const { status, stdout, stderr } = gradlens("run", example, "--model", "sigmoid");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /steps in/);
  });

  test("256-bit SIMD changes no figure of a run that is long enough for it, and --verbose says what computes", () => {
    const block = {
      name: "block",
      repeat: 8,
      layers: [{ type: "Linear", out_features: 128 }, { type: "Tanh" }],
    };
    const layers = [block, { type: "Linear", out_features: 1 }];
    const long = write("long.gradlens.json", { m: model({ layers, train: { steps: 400, batch_size: 64 } }) });
    const lines = (...options: string[]) => {
      const { stdout, stderr, status } = gradlens(
        "run",
        long,
        "--format",
        "jsonl",
        "--every",
        "100",
        ...options,
      );
      assert.equal(status, 0, stderr);
      return { stderr, steps: stdout.split("\n").filter((one) => one.includes('"grad_norm"')) };
    };
    const [wide, narrow] = [lines("--verbose"), lines("--verbose", "--no-wide-simd")];
    assert.equal(wide.steps.length, 8 + 3);
    assert.deepEqual(wide.steps, narrow.steps);
    assert.match(narrow.stderr, /^128-bit SIMD: asked for by --no-wide-simd\nengine: wasm(?!, 256)/);
    if (canRevectorize())
      assert.match(wide.stderr, /^256-bit SIMD: this process was started[^]*engine: wasm, 256 bits/m);
    else assert.match(wide.stderr, /^128-bit SIMD: 256 bits are not known to serve/);
  });

  test("a short run starts no other process", () => {
    const { stderr } = gradlens("run", one, "--verbose");
    assert.match(stderr, canRevectorize() ? /^128-bit SIMD: the run is too short/ : /^128-bit SIMD/);
  });

  test("passes the exit code of a run in another process on", () => {
    const block = { repeat: 8, layers: [{ type: "Linear", out_features: 256 }, { type: "ReLU" }] };
    const fields = {
      layers: [block, { type: "Linear", out_features: 1 }],
      loss: "MSELoss",
      optimizer: { type: "SGD", lr: 1e9 },
    };
    const explodes = write("explodes.gradlens.json", {
      m: model({ ...fields, train: { steps: 9000, batch_size: 10 } }),
    });
    assert.equal(gradlens("run", explodes).status, 3);
  });

  const sick = `{
  "version": 1,
  "models": {
    // the mean is all it learns
    "m": {
      "input": [2],
      "layers": [
        { "repeat": 4, "layers": [{ "type": "Linear", "out_features": 16 }, { "type": "Sigmoid" }] }, // flat
        { "type": "Linear", "out_features": 1 }
      ],
      "loss": "BCEWithLogitsLoss",
      "optimizer": { "type": "SGD", "lr": 0.01 },
      "data": { "type": "xor", "samples": 200 },
      "train": { "steps": 150, "batch_size": 20 }
    }
  }
}
`;

  test("fixes a model: a table, what changes in the file, and nothing written unless a file is named", () => {
    const file = write("sick.gradlens.json", sick);
    const { status, stdout, stderr } = gradlens("fix", file);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^ +loss +of a constant's .* fixes$/m);
    assert.match(stdout, /^ *0\.\d+ .* loss-stalled.* as it is$/m);
    assert.match(stdout, /^ *\S+ .* none +✓ \S/m);
    assert.match(
      stdout,
      /^Better in 3 of 3 seeds: the loss goes from \S+ to \S+ of what a constant prediction costs/m,
    );
    assert.match(stdout, /^\+ .*"/m);
    assert.match(stderr, /nothing was written: -o names the file to write/);
    assert.equal(readFileSync(join(folder, file), "utf8"), sick);
  });

  test("writes the fixed file with its comments, as one object says", () => {
    const file = write("sick.gradlens.json", sick);
    const { status, stdout, stderr } = gradlens(
      "fix",
      file,
      "--format",
      "json",
      "--seed",
      "3",
      "-o",
      "fixed.gradlens.json",
    );
    assert.equal(status, 0, stderr);
    const { original, best, candidates, ...about } = JSON.parse(stdout) as Record<string, never> & {
      original: { seeds: { seed: number; relative: number }[] };
      best: {
        fixes: { name: string }[];
        seeds: { seed: number; relative: number; errors: string[] }[];
        well: boolean;
      };
      candidates: object[];
    };
    assert.deepEqual(Object.keys(about), ["file", "model", "seed", "output", "tried", "cost"]);
    assert.equal(about["output"], "fixed.gradlens.json");
    assert.deepEqual(
      best.seeds.map(({ seed }) => seed),
      [3, 4, 5],
    );
    assert.ok(best.well && candidates.length > 0 && best.fixes.length > 0);
    assert.ok(
      best.seeds.every(
        ({ relative, errors }, i) => relative < (original.seeds[i]?.relative ?? 0) && errors.length === 0,
      ),
    );
    assert.match(
      readFileSync(join(folder, "fixed.gradlens.json"), "utf8"),
      /the mean is all it learns[^]*flat/,
    );
    const again = gradlens("run", "fixed.gradlens.json", "--seed", "3");
    assert.equal(again.status, 0);
    assert.equal(gradlens("check", "fixed.gradlens.json").status, 0);
  });

  test("ends with 5 where no fix makes a model train, and with 0 where there is nothing to fix", () => {
    const noise = write("noise.gradlens.json", {
      m: model({
        input: [4],
        layers: [{ type: "Linear", out_features: 1 }],
        loss: "MSELoss",
        data: { type: "gaussian", samples: 2000 },
      }),
    });
    const hopeless = gradlens("fix", noise);
    assert.equal(hopeless.status, 5, hopeless.stdout + hopeless.stderr);
    const well = write("well.gradlens.json", {
      m: model({
        optimizer: { type: "Adam", lr: 0.02 },
        layers: [{ type: "Linear", out_features: 32 }, { type: "ReLU" }, { type: "Linear", out_features: 1 }],
        data: { type: "xor", samples: 200 },
        train: { steps: 400, batch_size: 20 },
      }),
    });
    const { status, stdout } = gradlens("fix", well);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /Nothing was found that keeps this model from training: no fix was tried\./);
  });

  test("writes no fixed model over a file that it reads", () => {
    writeFileSync(join(folder, "few.csv"), "a,b,y\n1,2,0\n3,4,1\n");
    const data = { type: "csv", path: "few.csv", target: "y" };
    const file = write("few.gradlens.json", { m: model({ data, train: { steps: 2, batch_size: 2 } }) });
    const { status, stderr } = gradlens("fix", file, "-o", "few.csv");
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^few\.csv: a file that the model reads, which the result would replace: name another file$/m,
    );
  });

  test("asks which of several models is meant, and names them", () => {
    const { status, stderr } = gradlens("run", two);
    assert.equal(status, 2);
    assert.match(stderr, /has 2 models: choose one with --model: "a", "b"/);
    assert.equal(gradlens("run", two, "--model", "a").status, 0);
  });

  test("lists the problems of a bad file with their places, and ends with 1", () => {
    const bad = write("bad.gradlens.json", {
      m: model({ layers: [{ type: "Relu" }], optimizer: { type: "SGD", lr: -1 } }),
    });
    for (const command of ["check", "run"]) {
      const { status, stdout, stderr } = gradlens(command, bad);
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^bad\.gradlens\.json:\d+:\d+: unknown layer type "Relu": did you mean "ReLU"\?$/m,
      );
      assert.match(stderr, /^bad\.gradlens\.json:\d+:\d+: .*lr: expected a number of at least 0, found -1$/m);
    }
  });

  test("says what is wrong with data that are not there, and ends with 1", () => {
    const lost = write("lost.gradlens.json", {
      m: model({ data: { type: "csv", path: "no.csv", target: "y" } }),
    });
    for (const command of ["check", "run"]) {
      const { status, stderr } = gradlens(command, lost);
      assert.equal(status, 1);
      assert.match(stderr, /^lost\.gradlens\.json:\d+:\d+: .*no\.csv.*there is no such file/m);
    }
  });

  test("reads no data outside of the folder", () => {
    const outside = write("out.gradlens.json", {
      m: model({ data: { type: "csv", path: "../x.csv", target: "y" } }),
    });
    const { status, stderr } = gradlens("check", outside);
    assert.equal(status, 1);
    assert.match(stderr, /outside of the workspace folder/);
  });

  test("reads data from the model file's folder, whatever the current one is, and from --root", () => {
    mkdirSync(join(folder, "models"));
    writeFileSync(join(folder, "above.csv"), "a,b,y\n1,2,0\n3,4,1\n");
    const data = { type: "csv", path: "../above.csv", target: "y" };
    const below = write("models/m.gradlens.json", { m: model({ data, train: { steps: 2, batch_size: 2 } }) });
    const inside = join(folder, "models");
    for (const command of ["check", "run"]) {
      for (const [cwd, file] of [
        [folder, below],
        [inside, "m.gradlens.json"],
      ]) {
        const { status, stderr } = gradlensIn(cwd, command, file);
        assert.equal(status, 1);
        assert.match(stderr, /outside of the workspace folder/);
      }
      assert.equal(gradlensIn(folder, command, below, "--root", ".").status, 0);
      assert.equal(gradlensIn(inside, command, "m.gradlens.json", "--root", "..").status, 0);
    }
    assert.equal(gradlensIn(inside, "export", "m.gradlens.json", "--root", "..").status, 0);
    for (const [root, message] of [
      ["models", /one\.gradlens\.json: not below models, the folder that --root names/],
      ["nowhere", /nowhere: there is no such file/],
    ] as const) {
      const { status, stderr } = gradlens("check", one, "--root", root);
      assert.equal(status, 1);
      assert.match(stderr, message);
    }
  });

  test("reads a model file in the encodings that the editor reads", () => {
    const text = JSON.stringify({ version: 1, models: { "größe 🙂": model() } });
    const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
    for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, Buffer.from(utf16).swap16()]) {
      writeFileSync(join(folder, "encoded.gradlens.json"), bytes);
      const { status, stderr } = gradlens("run", "encoded.gradlens.json");
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^größe 🙂 · /m);
    }
  });

  const strange: readonly (readonly [string, () => string, string])[] = [
    ["a folder", () => ".", "a folder: expected a model file"],
    ...(process.platform === "win32"
      ? []
      : ([
          ["a device without end", () => "/dev/zero", "neither a file nor a folder: expected a model file"],
          [
            "a pipe that nobody writes to",
            () => {
              execFileSync("mkfifo", [join(folder, "pipe")]);
              return "pipe";
            },
            "neither a file nor a folder: expected a model file",
          ],
        ] as const)),
  ];
  for (const [what, make, sentence] of strange) {
    test(`says in a sentence that ${what} is no model file`, () => {
      const file = make();
      for (const command of ["check", "run", "export"]) {
        const { status, stdout, stderr } = gradlens(command, file);
        assert.deepEqual([status, stdout, stderr], [1, "", `${file}: ${sentence}\n`]);
      }
    });
  }

  test("ends with 3 when numbers are no longer finite, and names the first layer", () => {
    const explosive = model({ init: { type: "normal", std: 1e18 }, loss: "MSELoss" });
    const file = write("boom.gradlens.json", { m: explosive });
    const { status, stdout } = gradlens("run", file, "--format", "jsonl");
    assert.equal(status, 3);
    const end = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    assert.equal(end["reason"], "non_finite");
    assert.ok(["first", "1", "2", "loss"].includes(end["layer"] as string));
  });

  for (const args of [
    ["run"],
    ["run", one, "--steps", "0"],
    ["run", one, "--format", "xml"],
    ["fly"],
    ["run", one, "--no"],
  ]) {
    test(`ends with 2 for gradlens ${args.join(" ")}`, () => {
      const { status, stderr } = gradlens(...args);
      assert.equal(status, 2);
      assert.notEqual(stderr, "");
    });
  }

  const bad: Readonly<Record<string, string>> = {
    "is not JSON": "models: yes",
    "is nested 5,000 deep": "[".repeat(5000),
    "has __proto__ keys": '{"version":1,"models":{"__proto__":{"input":[1]}},"__proto__":{"models":{}}}',
    "has 1e999": JSON.stringify({ version: 1, models: { m: model() } }).replace(
      '"steps":25',
      '"steps":1e999',
    ),
    "has negative sizes": JSON.stringify({ version: 1, models: { m: model({ input: [-2] }) } }),
    "has a billion parameters": JSON.stringify({
      version: 1,
      models: { m: model({ input: [40000], layers: [{ type: "Linear", out_features: 40000 }] }) },
    }),
    "extends in a circle": '{"version":1,"models":{"a":{"extends":"b"},"b":{"extends":"a"}}}',
    "is empty": "",
  };
  for (const [what, text] of Object.entries(bad)) {
    test(`has a message for a file that ${what}, and ends with 1`, () => {
      const file = write("strange.gradlens.json", text);
      const { status, stderr } = gradlens("check", file);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^strange\.gradlens\.json:\d+:\d+: ./);
    });
  }

  test("has a message for a file of 50 MB, and for one that is not there", () => {
    const large = write("large.gradlens.json", " ".repeat(50_000_000));
    assert.match(gradlens("check", large).stderr, /too many for a model file/);
    const { status, stderr } = gradlens("run", "none.gradlens.json");
    assert.equal(status, 1);
    assert.match(stderr, /none\.gradlens\.json: there is no such file/);
  });
});
