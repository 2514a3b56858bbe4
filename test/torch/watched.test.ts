import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { suite, test } from "node:test";
import type { ModelSpec } from "../../src/engine/spec.ts";
import { parse } from "../../src/model/parse.ts";
import { copyFrame } from "../../src/protocol/frame.ts";
import { exportModel } from "../../src/pytorch/export.ts";
import { runLine, stepLine } from "../../src/text/jsonl.ts";
import { load, withOptions } from "../../src/worker/load.ts";
import { assertStep, type Line, readStream } from "../support/stream.ts";
import { assertRan, runJobs, skip, workFolder, write } from "../support/torch.ts";

const repo = join(import.meta.dirname, "../..");
const python = process.env["GRADLENS_PYTHON"] ?? "python3";

interface Example {
  readonly file: string;
  readonly text: string;
  readonly spec: ModelSpec;
}

function examples(): readonly Example[] {
  const folder = join(repo, "examples");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".gradlens.json"))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(file, "utf8");
      return parse(text).models.flatMap(({ spec }) =>
        spec ? [{ file, text, spec: withOptions(spec, { steps: 1 }) }] : [],
      );
    });
}

/** What the Python package writes of programs: all in one process, each in its own file. */
function watch(folder: string, programs: readonly string[]): readonly (readonly Line[])[] {
  const streams = programs.map((_, i) => join(folder, `watched${i}.jsonl`));
  const script = write(
    folder,
    "watch_all.py",
    [
      "import json, os, runpy, sys, torch, gradlens",
      "torch.set_num_threads(1)",
      "for program, stream in json.load(open(sys.argv[1])):",
      "    os.environ['GRADLENS_PATH'] = stream",
      "    sys.argv = [program, '--jsonl']",
      "    runpy.run_path(program, run_name='__main__')",
    ].join("\n"),
  );
  const jobs = write(
    folder,
    "watched.json",
    JSON.stringify(programs.map((program, i) => [program, streams[i]])),
  );
  const env = { ...process.env, PYTHONPATH: join(repo, "python"), GRADLENS_DEBUG: "1" };
  const { status, stderr } = spawnSync(python, ["-W", "ignore", script, jobs], {
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return streams.map((stream) => readStream(readFileSync(stream, "utf8")));
}

/** Shares are written with seven digits. */
const DIGITS = 1e-7;

const layersOf = (line: Line): readonly Line[] => line["layers"] as unknown as readonly Line[];

/** The rows of the engine: those of blocks are of the user's own class there. */
const named = (line: Line, paths: readonly unknown[]): Line => ({
  ...line,
  layers: layersOf(line).filter(({ path }) => paths.includes(path)),
});

/** All but ∂L/∂h_t, which is compared on its own. */
const withoutTime = (line: Line): Line => ({
  ...line,
  layers: layersOf(line).map(({ time_delta_norm: _, ...row }) => row),
});

/** Holds ∂L/∂h_t to the engine's where it is there: it is absent where a recurrence is cut off. */
function assertTimes(watched: Line, ours: Line): void {
  layersOf(watched).forEach(({ path, time_delta_norm: times }, i) => {
    if (times === undefined) return;
    const expected = layersOf(ours)[i]["time_delta_norm"] as readonly number[];
    (times as readonly number[]).forEach((time, t) => {
      assert.ok(Math.abs(time - expected[t]) <= 1e-4 * expected[t], `${path as string} at ${t}: ${time}`);
    });
  });
}

/** Where gradients are rounding noise, the bias in front of a BatchNorm, any of them may be exactly 0. */
const NOISE = 1e-3;

suite("exported examples, watched by the Python package", { skip }, () => {
  if (skip !== false) return;
  const folder = workFolder();
  const all = examples();
  const programs = all.map(({ file, spec }, i) =>
    write(folder, `e${i}.py`, exportModel(spec, { folder: relative(folder, join(file, "..")) })),
  );
  const streams = watch(folder, programs);
  const references = runJobs(
    folder,
    programs.map((program) => ({ program, mode: "watch" })),
  );

  for (const [i, { file, text, spec }] of all.entries()) {
    test(`${relative(repo, file)}: ${spec.name}`, async () => {
      assertRan(references[i]);
      const [header, step] = streams[i];
      const training = await load(text, spec.name, { file, root: repo }, { steps: 1, histEvery: 1 });
      const own = JSON.parse(runLine(training.info)) as Line;
      const frame = Array.from(training.steps(), copyFrame)[0];
      const ours = JSON.parse(stepLine(frame, training.info.layers)) as Line;
      const paths = layersOf(own).map(({ path }) => path);
      assert.equal(header["parameters"], own["parameters"]);
      assert.deepEqual(
        layersOf(named(header, paths)).map(({ path }) => path),
        paths,
      );
      // How far rounding alone leads, PyTorch's run in double precision and two others say.
      const reference = references[i].find(({ type }) => type === "step");
      assert.ok(reference);
      assertWatched(named(step, paths), ours, reference);
      assertTimes(named(step, paths), ours);
    });
  }

  test("two processes under torchrun have the losses of one", () => {
    const spec = all.find(({ file }) => file.includes("vanishing"))?.spec;
    assert.ok(spec);
    const program = write(folder, "shared.py", exportModel(withOptions(spec, { steps: 3 })));
    const run = (args: readonly string[]) =>
      execFileSync(python, ["-W", "ignore", ...args, program, "--jsonl"], {
        cwd: folder,
        env: { ...process.env, PYTHONPATH: join(repo, "python"), OMP_NUM_THREADS: "1" },
        encoding: "utf8",
      });
    const losses = (text: string) => readStream(text).map(({ loss }) => Number(loss));
    const one = losses(run([]));
    const two = losses(run(["-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=29591"]));
    assert.equal(two.length, 3);
    two.forEach((loss, step) =>
      assert.ok(Math.abs(loss - one[step]) < 1e-4 * one[step], `${loss} ${one[step]}`),
    );
  });
});

/** Every figure of the engine's is in the watched stream, and the same. */
function assertWatched(watched: Line, ours: Line, reference: Line): void {
  const noise = layersOf(reference);
  // What the program alone can know, by watch.log().
  const { metric: _, val_loss: __, val_metric: ___, ...known } = withoutTime(ours);
  const expected = {
    ...known,
    witnesses: reference["witnesses"],
  } as unknown as Line;
  const rows = layersOf(expected).map((row, i) => ({
    ...row,
    ...Object.fromEntries(
      Object.entries(noise[i])
        .filter(([name]) => name.endsWith("_noise"))
        .map(([name, share]) => [name, Number(share) + (name === "grad_noise" ? NOISE : DIGITS)]),
    ),
  }));
  assertStep(watched, { ...expected, layers: rows });
}
