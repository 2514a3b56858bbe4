import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, suite, test } from "node:test";

const cli = resolve(import.meta.dirname, "../../dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "gradlens-text-"));

function gradlens(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

const model = (fields: object = {}) => ({
  input: [2],
  layers: [{ type: "Linear", out_features: 1 }],
  loss: "BCEWithLogitsLoss",
  data: { type: "spiral", samples: 100 },
  train: { steps: 5, batch_size: 10 },
  ...fields,
});

function write(name: string, models: Readonly<Record<string, object>>): string {
  writeFileSync(join(folder, name), JSON.stringify({ version: 1, models }, undefined, 2));
  return name;
}

/** What a terminal would obey, or show in another order than it is written. */
const OBEYED = /[^\n\P{C}]|[\p{Zl}\p{Zp}]/u;

const LONGEST = 500;

/** Every line of what a command wrote is text, and no message is long. */
function assertHarmless({ stdout, stderr }: { stdout: string; stderr: string }): void {
  assert.doesNotMatch(stdout, OBEYED);
  assert.doesNotMatch(stderr, OBEYED);
  for (const line of stderr.split("\n"))
    assert.ok(line.length <= LONGEST, `${line.length}: ${line.slice(0, 80)}`);
}

after(() => rmSync(folder, { recursive: true }));

suite("names that a file brings along, on a terminal", () => {
  const EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\n\u202egnp.\u2066x";
  const LONG = `first${"x".repeat(50_000)}last`;

  test("of a model reach no command's output as they are", () => {
    const file = write("evil.gradlens.json", { [EVIL]: model(), [`${EVIL}2`]: model({ loss: EVIL }) });
    const outputs = [
      gradlens(["run", file]),
      gradlens(["run", file, "--model", EVIL]),
      gradlens(["run", file, "--model", `${EVIL}2`]),
      gradlens(["run", file, "--model", `${EVIL}3`]),
      gradlens(["run", file, "--model", EVIL, "--format", "jsonl"]),
      gradlens(["check", file]),
      gradlens(["export", file, "--model", EVIL]),
      gradlens(["export", file, "--model", EVIL, "-o", `${EVIL.replaceAll(/[\r\n]/g, "")}.py`]),
    ];
    for (const output of outputs) {
      assertHarmless(output);
      assert.match(output.stdout + output.stderr, /\\u001b\]0;owned\\u0007/);
    }
    assert.deepEqual(
      outputs.map(({ status }) => status),
      [2, 0, 1, 2, 0, 1, 0, 0],
    );
    const [run] = outputs[4].stdout.split("\n");
    assert.equal((JSON.parse(run) as { model: string }).model, EVIL);
  });

  test("of a file that is not there, and of the program's, neither", () => {
    const lost = gradlens(["run", `${EVIL}.json`]);
    assertHarmless(lost);
    assert.equal(lost.status, 1);
    const wrong = gradlens(["run", "x.json", `--${EVIL}`]);
    assertHarmless(wrong);
    assert.equal(wrong.status, 2);
  });

  test("of columns, cells and an archive's arrays neither, however long they are", () => {
    const cell = EVIL.replaceAll(/[\r\n]/g, "");
    writeFileSync(join(folder, "evil.csv"), `"${cell}",${LONG},t\n${cell},${LONG},1\n`);
    const csv = (more: object) => model({ data: { type: "csv", path: "evil.csv", target: "t", ...more } });
    const file = write("columns.gradlens.json", {
      cell: csv({}),
      column: csv({ columns: [`${EVIL}?`, LONG] }),
      longCell: csv({ columns: [LONG, "t2"], target: "t" }),
      number: csv({ columns: [LONG], target: 0 }),
      path: csv({ path: `${EVIL}.csv` }),
      [LONG]: csv({}),
    });
    const { status, stdout, stderr } = gradlens(["check", file]);
    assert.equal(status, 1);
    assertHarmless({ stdout, stderr });
    assert.match(stderr, /^columns\.gradlens\.json:\d+:\d+: evil\.csv: there is no column "\\u001b/m);
    assert.match(stderr, /"firstx+…x+last"/);
    const ran = gradlens(["run", file, "--model", LONG]);
    assert.equal(ran.status, 1);
    assertHarmless(ran);
  });

  test("keep the place in front, and a layer's path its room in the table", () => {
    const layers = [{ type: "Linear", name: LONG, out_features: 1 }];
    const file = write("long.gradlens.json", { m: model({ layers }), bad: model({ layers, extra: LONG }) });
    const { status, stdout, stderr } = gradlens(["run", file, "--model", "m"]);
    assert.equal(status, 0);
    assert.match(stdout, /^first(x+)…(x+)last +Linear/m);
    assert.ok(stdout.split("\n").every((line) => line.length < 200));
    assert.match(stderr, /long\.gradlens\.json:\d+:\d+: unknown field "extra"/);
    assertHarmless({ stdout: "", stderr });
  });
});

suite("a file with a sound model and broken ones", () => {
  const file = write("mixed.gradlens.json", {
    sound: model(),
    a: model({ layers: [{ type: "Relu" }] }),
    b: model({ loss: 3, train: { steps: 0 } }),
  });

  test("runs the sound one, and says in one line what else is wrong", () => {
    const { status, stdout, stderr } = gradlens(["run", file, "--model", "sound"]);
    assert.equal(status, 0);
    assert.match(stdout, /^5 steps/m);
    const [first, second] = stderr.split("\n");
    assert.match(
      first,
      /^"sound" is valid and runs; elsewhere in its file: mixed\.gradlens\.json:\d+:\d+: unknown layer type "Relu": did you mean "ReLU"\? \(and 2 more: gradlens check lists them\)$/,
    );
    assert.match(second, /^sound · 1 layer /);
  });

  test("runs no broken one", () => {
    const { status, stderr } = gradlens(["run", file, "--model", "b"]);
    assert.equal(status, 1);
    assert.match(stderr, /steps: expected an integer from 1 to/);
  });

  test("says nothing where all are sound, nor of warnings", () => {
    const init = model({
      layers: [
        { type: "Linear", out_features: 1 },
        { type: "Tanh", init: "ones" },
      ],
    });
    const { status, stderr } = gradlens([
      "run",
      write("sound.gradlens.json", { m: init, n: init }),
      "--model",
      "m",
    ]);
    assert.equal(status, 0);
    assert.doesNotMatch(stderr, /elsewhere/);
  });
});

suite("a reader that has enough", () => {
  /** Runs a command, closes one of its outputs after the first bytes, and waits for its end. */
  const closing = (output: "stdout" | "stderr", args: readonly string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder });
      const texts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].on("data", (text: Buffer) => {
          texts[name] += text.toString();
          if (name === output) child[name].destroy();
        });
      }
      child.on("close", (code) => resolve({ code, ...texts }));
    });

  const endless = write("endless.gradlens.json", { m: model({ train: { steps: 100_000_000 } }) });

  test("of a stream ends the run quietly, with 0", async () => {
    const { code, stderr } = await closing("stdout", ["run", endless, "--format", "jsonl"]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
  });

  test("of a text that is longer than a pipe ends the command quietly, with 0", async () => {
    const layers = Array.from({ length: 8000 }, (_, i) => ({
      type: "Linear",
      name: `l${i}`,
      out_features: 1,
    }));
    const file = write("wide.gradlens.json", {
      m: model({ layers, input: [1], data: { type: "gaussian", samples: 20 } }),
    });
    const { code, stderr } = await closing("stdout", ["export", file]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
  });

  test("of messages is no reason to stop", async () => {
    const bad = Array.from(
      { length: 900 },
      (_, i) => [`m${i}`, model({ loss: `${i}${"x".repeat(200)}` })] as const,
    );
    const { code } = await closing("stderr", ["check", write("bad.gradlens.json", Object.fromEntries(bad))]);
    assert.equal(code, 1);
  });

  test("of a shell's pipe is as quiet", { skip: process.platform === "win32" }, () => {
    const command = `"${process.execPath}" "${cli}" run ${endless} --format jsonl | head -1; echo \${PIPESTATUS[0]}`;
    const text = execFileSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
    assert.match(text, /^\{"type":"run".*\}\n0\n$/);
  });
});

suite("an export", () => {
  const source = write("source.gradlens.json", {
    m: model({ data: { type: "csv", path: "d.csv", target: "t" } }),
  });
  writeFileSync(join(folder, "d.csv"), "a,b,t\n1,2,0\n2,3,1\n");
  symlinkSync(join(folder, source), join(folder, "soft.py"));
  linkSync(join(folder, source), join(folder, "hard.py"));
  linkSync(join(folder, "d.csv"), join(folder, "data.py"));

  for (const target of [
    source,
    `./x/../${source}`,
    "soft.py",
    "hard.py",
    "d.csv",
    "data.py",
    "other.gradlens.json",
  ]) {
    test(`over ${target} is refused, and nothing is written`, () => {
      const before = [source, "d.csv"].map((file) => readFileSync(join(folder, file), "utf8"));
      const { status, stderr } = gradlens(["export", source, "-o", target]);
      assert.equal(status, 1);
      assert.match(stderr, /: (the model file itself|a file that the model reads|the name of a model file)/);
      const after = [source, "d.csv"].map((file) => readFileSync(join(folder, file), "utf8"));
      assert.deepEqual(after, before);
      assert.equal(existsSync(join(folder, "other.gradlens.json")), false);
    });
  }

  test("to another file is written, and again", () => {
    for (const _ of [1, 2]) assert.equal(gradlens(["export", source, "-o", "model.py"]).status, 0);
    assert.match(readFileSync(join(folder, "model.py"), "utf8"), /class /);
  });

  test("to a folder is a sentence", () => {
    const { status, stderr } = gradlens(["export", source, "-o", "."]);
    assert.equal(status, 1);
    assert.match(stderr, /^\.: cannot be written: /);
  });
});

suite("a number on the command line", () => {
  const file = write("numbers.gradlens.json", { m: model() });
  const wrong = { "--steps": "-1", "--seed": "", "--every": "NaN", "--threads": "1.5" };
  for (const [option, value] of Object.entries(wrong)) {
    test(`is refused in a sentence as ${option} ${JSON.stringify(value)}`, () => {
      const { status, stderr } = gradlens(["run", file, option, value]);
      assert.equal(status, 2);
      assert.match(stderr, /^error: option .* expected an integer /);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }

  test("of steps has the limit of a model file", () => {
    assert.match(
      gradlens(["run", file, "--steps", "1000000000"]).stderr,
      /an integer from 1 to 100,000,000\.$/m,
    );
    assert.match(gradlens(["run", file, "--steps", "0"]).stderr, /an integer from 1 to/);
    assert.equal(gradlens(["run", file, "--steps", "2", "--seed", "0", "--every", "2"]).status, 0);
    assert.equal(
      gradlens(["run", file, "--steps", "2", "--seed", String(Number.MAX_SAFE_INTEGER)]).status,
      0,
    );
  });

  test("of steps is refused where the scheduler ends before them", () => {
    const cycle = { lr_scheduler: { type: "OneCycleLR", max_lr: 0.1, total_steps: 5 } };
    const { status, stderr } = gradlens([
      "run",
      write("cycle.gradlens.json", { m: model(cycle) }),
      "--steps",
      "9",
    ]);
    assert.equal(status, 2);
    assert.equal(stderr, "--steps 9: total_steps is 5, but the run makes 9 steps\n");
  });
});

suite("a failure of GradLens's own", () => {
  const broken = join(folder, "broken.mjs");
  // Breaks what the command needs, from outside.
  writeFileSync(broken, 'Map.groupBy = () => { throw new TypeError("no\\x1b[2J more"); };\n');
  const failing = (env: Readonly<Record<string, string>>) =>
    gradlens(["layers"], { NODE_OPTIONS: `--import=${broken}`, ...env });

  test("is a sentence, with a code of its own", () => {
    const { status, stderr } = failing({});
    assert.equal(status, 70);
    assert.equal(stderr, "gradlens failed: no\\u001b[2J more\n");
  });

  test("has its stack for whoever asks with GRADLENS_DEBUG", () => {
    const { status, stderr } = failing({ GRADLENS_DEBUG: "1" });
    assert.equal(status, 70);
    assert.match(stderr, /^ +at /m);
  });
});
