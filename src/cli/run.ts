import { PATHS, type Path } from "../protocol/path.ts";
import { availableParallelism } from "node:os";
import { copyFrame, type Frame } from "../protocol/frame.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import { threadsFor } from "../protocol/threads.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { compact, count, counted, percent } from "../insight/format.ts";
import { summarise } from "../insight/findings/summarise.ts";
import { History } from "../protocol/history.ts";
import { Recorder } from "../protocol/recorder.ts";
import { endLine, runLine, stepLine } from "../text/jsonl.ts";
import { ended, line, type Terminal } from "../text/quote.ts";
import type { Training } from "../engine/training/training.ts";
import { DataError } from "../engine/data/error.ts";
import { againstRun } from "../model/fit.ts";
import type { ParsedModel } from "../model/parsed.ts";
import { standard } from "../model/tables.ts";
import { load, problemOf, withOptions } from "../worker/load.ts";
import { layerName } from "../protocol/layerName.ts";
import { problemLines } from "./problems.ts";
import type { ModelFile } from "./file.ts";
import { EXIT, type Output } from "./output.ts";
import { table } from "./table.ts";
import { runWide, wideChoice } from "./wide.ts";

export interface RunFlags extends RunOptions {
  readonly every: number;
  readonly format: "table" | "jsonl";
  /** 256-bit SIMD where it pays; absent: yes. */
  readonly wideSimd?: boolean;
  /** Say what computes. */
  readonly verbose?: boolean;
}

/** Threads where nobody says how many. */
export const everyCore = (): number => threadsFor(undefined, availableParallelism(), 0);

/** How often progress is drawn, in milliseconds. */
const PROGRESS_MS = 100;

/** Trains a model of the file and reports it. Ctrl+C ends the run before its next step, and reports what there is. */
export async function run(
  file: ModelFile,
  model: ParsedModel,
  flags: RunFlags,
  output: Output,
): Promise<number> {
  const refusal = model.spec && againstRun(withOptions(model.spec, flags), standard);
  if (refusal !== undefined) {
    output.err(line`--steps ${flags.steps ?? 0}: ${refusal}`);
    return EXIT.usage;
  }
  if (model.spec && flags.engine !== "scalar") {
    const { start, why } = wideChoice(withOptions(model.spec, flags), flags.wideSimd ?? true);
    if (flags.verbose) output.err(line`${why}`);
    const code = start ? await runWide() : undefined;
    if (code !== undefined) return code;
  }
  const cores = availableParallelism();
  if ((flags.threads ?? 1) > cores) {
    output.err(
      line`--threads ${flags.threads ?? 1}: this machine has ${counted(cores, "core")}, and no more threads are used`,
    );
  }
  const everyFigure = flags.format === "jsonl" ? { histEvery: 1 } : {};
  const training = await begin(file, model, { ...flags, ...everyFigure }, output);
  if (!training) return EXIT.badFile;
  if (flags.verbose) output.err(line`engine: ${training.info.engine}`);
  const reporter =
    flags.format === "jsonl" ? jsonl(training.info, flags.every, output) : people(training.info, output);
  const end = await train(training, reporter);
  await reporter.end(end);
  return end.reason === "non_finite" ? EXIT.nonFinite : EXIT.completed;
}

/** `undefined` where the model's files do not serve; why is then on standard error. */
async function begin(
  { name, text, location }: ModelFile,
  model: ParsedModel,
  flags: RunFlags,
  { err }: Output,
): Promise<Training | undefined> {
  try {
    const onPath = (path: Path): void => err(line`${PATHS[path]}`);
    return await load(text, model.name, location, flags, flags.verbose ? { onPath } : {});
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    err(problemLines(name, text, [problemOf(error, text, model)]));
    return undefined;
  }
}

export interface Reporter {
  begin(): Promise<void>;
  step(frame: Frame): Promise<void> | undefined;
  end(end: RunEnd): Promise<void>;
}

/** Makes all steps, or those up to Ctrl+C, and says how it ended. */
export async function train(training: Training, reporter: Reporter): Promise<RunEnd> {
  let stopped = false;
  const interrupt = () => (stopped = true);
  process.on("SIGINT", interrupt);
  await reporter.begin();
  const steps = training.steps();
  let elapsed_ms = 0;
  try {
    for (let made = 0; ; made++) {
      if (stopped) return { reason: "stopped", steps: made, elapsed_ms };
      const started = performance.now();
      const result = steps.next();
      elapsed_ms += performance.now() - started;
      if (result.done) {
        return result.value
          ? { reason: "non_finite", ...result.value, steps: made, elapsed_ms }
          : { reason: "completed", steps: made, elapsed_ms };
      }
      await reporter.step(result.value);
      if (made % 64 === 63) await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl+C through
    }
  } finally {
    steps.return(undefined); // lets helping threads go
    process.off("SIGINT", interrupt);
  }
}

/** Steps that are written whatever was asked for: the first ones, and those before one whose numbers are not finite. */
const FIRST_STEPS = 8;
const STEPS_BEFORE = 8;

/** The stream of `docs/statistics.md`, of which every n-th step is written, the first ones, and the last ones of a run that broke. */
function jsonl(info: RunInfo, every: number, { out }: Output): Reporter {
  const isDue = ({ step }: Frame): boolean => (step - 1) % every === 0 || step <= FIRST_STEPS;
  const write = (frame: Frame) => out(ended(stepLine(frame, info.layers)));
  /** The latest steps, oldest first, until it is known whether the run breaks behind them: lines come in order. */
  const held: Frame[] = [];
  return {
    begin: () => out(ended(runLine(info))),
    step(frame) {
      if (every === 1) return write(frame);
      held.push(copyFrame(frame));
      const oldest = held.length > STEPS_BEFORE + 1 ? held.shift() : undefined;
      return oldest && isDue(oldest) ? write(oldest) : undefined;
    },
    async end(end) {
      for (const frame of held) if (end.reason === "non_finite" || isDue(frame)) await write(frame);
      await out(ended(endLine(end)));
    },
  };
}

/** Progress on standard error, the last step's table on standard output. */
function people(info: RunInfo, { out, err, progress, interactive }: Output): Reporter {
  const recorder = new Recorder();
  let last: Frame | undefined;
  let drawn = 0;
  const started = performance.now();
  const draw = ({ step, loss }: Frame) => {
    const rate = Math.round((step / (performance.now() - started)) * 1000);
    progress(line`step ${step} / ${info.steps ?? "?"} · loss ${compact(loss, 3)} · ${count(rate)} steps/s`);
  };
  return {
    begin() {
      err(
        line`${info.model} · ${counted(info.layers.length, "layer")} · ${counted(info.parameters, "parameter")} · seed ${info.seed ?? "?"}`,
      );
      return Promise.resolve();
    },
    step(frame) {
      last = frame;
      recorder.push(frame);
      if (interactive && performance.now() - drawn > PROGRESS_MS) {
        drawn = performance.now();
        draw(frame);
      }
      return undefined;
    },
    async end(end) {
      if (interactive) progress(undefined);
      if (last) await out(table(info, last));
      const history = History.EMPTY.extended(recorder.since(0)) ?? History.EMPTY;
      const { text } = summarise({ run: { state: "ended", end, info }, layers: info.layers, history });
      await out(ended(line`${text}`));
      await out(ended(summary(end, last)));
    },
  };
}

function summary(end: RunEnd, last: Frame | undefined): Terminal {
  const figures = [
    `${end.steps} steps in ${(end.elapsed_ms / 1000).toFixed(2)} s`,
    ...(last ? [`loss ${compact(last.loss, 3)}`] : []),
    ...(last && !Number.isNaN(last.metric) ? [`accuracy ${percent(last.metric, 1)}`] : []),
    ...(last && !Number.isNaN(last.val_loss) ? [`validation loss ${compact(last.val_loss, 3)}`] : []),
    ...(last && !Number.isNaN(last.val_metric) ? [`validation accuracy ${percent(last.val_metric, 1)}`] : []),
  ].join(" · ");
  switch (end.reason) {
    case "completed":
      return line`${figures}`;
    case "stopped":
    case "interrupted":
    case "lost":
      return line`${end.reason}: ${figures}`;
    case "failed":
      return line`failed: ${end.message}`;
    case "non_finite":
      return line`not finite at step ${end.steps}: ${placeOf(end)} · ${figures}`;
    default:
      return end satisfies never;
  }
}

/** Where a NaN or ∞ was first. */
const placeOf = ({ layer, where }: RunEnd & { readonly reason: "non_finite" }): string =>
  layer === "loss" ? "first in the loss" : `first in ${layerName(layer)}, in its ${where}`;
