import type { Training } from "../engine/training/training.ts";
import { DataError } from "../engine/data/error.ts";
import { diagnose as found, refusedData } from "../insight/findings/diagnose.ts";
import { evidenceOf } from "../insight/findings/evidence.ts";
import { againstRun } from "../model/fit.ts";
import { fieldRange } from "../model/locate.ts";
import type { ParsedModel } from "../model/parsed.ts";
import { standard } from "../model/tables.ts";
import { History } from "../protocol/history.ts";
import { Recorder } from "../protocol/recorder.ts";
import type { RunEnd } from "../protocol/run.ts";
import { diagnosisJson, diagnosisText, isSick, type Diagnosis } from "../text/diagnosis.ts";
import { line } from "../text/quote.ts";
import { sarif, type Region } from "../text/sarif.ts";
import { load, problemOf, withOptions } from "../worker/load.ts";
import type { ModelFile } from "./file.ts";
import { EXIT, type ExitCode, type Output } from "./output.ts";
import { problemLines } from "./problems.ts";
import { train, type RunFlags } from "./run.ts";

export interface DiagnoseFlags extends Pick<RunFlags, "steps" | "seed" | "threads" | "engine"> {
  readonly format: "table" | "json" | "sarif";
}

/**
 * Trains a model of the file and says what is wrong with it, the cause first. Ends with `sick` where something keeps it from
 * training, numbers that are not finite included, in the run or in the data.
 */
export async function diagnose(
  file: ModelFile,
  model: ParsedModel,
  flags: DiagnoseFlags,
  output: Output,
): Promise<ExitCode> {
  const spec = model.spec && withOptions(model.spec, flags);
  const refusal = spec && againstRun(spec, standard);
  if (refusal !== undefined) {
    output.err(line`--steps ${flags.steps ?? 0}: ${refusal}`);
    return EXIT.usage;
  }
  const training = await begin(file, model, flags);
  if (training instanceof DataError && !training.nonFinite) {
    output.err(problemLines(file.name, file.text, [problemOf(training, file.text, model)]));
    return EXIT.badFile;
  }
  const about = { file: file.name, model: model.name, seed: spec?.train.seed ?? 0 };
  const diagnosis =
    training instanceof DataError
      ? { ...about, end: REFUSED, findings: [refusedData(training.message)] }
      : { ...about, ...(await runOf(training)) };
  await output.out(written(diagnosis, file, model, flags.format));
  return isSick(diagnosis) ? EXIT.sick : EXIT.completed;
}

const REFUSED = { reason: "failed", steps: 0, loss: NaN, floor: NaN } as const;

async function begin(
  { text, location }: ModelFile,
  model: ParsedModel,
  flags: DiagnoseFlags,
): Promise<Training | DataError> {
  try {
    return await load(text, model.name, location, flags);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

/** How the run ended, and what was found in it. */
async function runOf(training: Training): Promise<Pick<Diagnosis, "end" | "findings">> {
  const { info } = training;
  const recorder = new Recorder();
  const end: RunEnd = await train(training, {
    begin: () => Promise.resolve(),
    step(frame) {
      recorder.push(frame);
      return undefined;
    },
    end: () => Promise.resolve(),
  });
  const history = History.EMPTY.extended(recorder.since(0)) ?? History.EMPTY;
  const evidence = evidenceOf({ run: { state: "ended", end, info }, layers: info.layers, history });
  const { reason, steps } = end;
  const loss = history.latest()?.loss ?? NaN;
  return { end: { reason, steps, loss, floor: evidence.loss.floor }, findings: found(evidence) };
}

function written(diagnosis: Diagnosis, file: ModelFile, model: ParsedModel, format: DiagnoseFlags["format"]) {
  switch (format) {
    case "json":
      return diagnosisJson(diagnosis);
    case "sarif":
      return sarif(diagnosis, (path) => regionOf(file.text, model, path));
    case "table":
      return diagnosisText(diagnosis);
    default:
      return format satisfies never;
  }
}

/** Where the file declares the layer; the field `data`, or the model's name, for what belongs to no layer. */
function regionOf(text: string, model: ParsedModel, path: string | undefined): Region {
  const declaration = model.declarations.find(({ paths }) => path !== undefined && paths.includes(path));
  const { offset, length } = declaration ?? (path === "data" ? fieldRange(text, model, "data") : model.key);
  const [start, end] = [placeAt(text, offset), placeAt(text, offset + length)];
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** Line and column from 1, as SARIF counts them. */
function placeAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|[\r\n]/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
