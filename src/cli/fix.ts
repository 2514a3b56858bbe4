import { stat, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { compact } from "../insight/format.ts";
import { filesOf } from "../model/files.ts";
import type { ParsedModel } from "../model/parsed.ts";
import type { TrialsProgress, TrialsResult } from "../protocol/trials.ts";
import { ended, line, lines } from "../text/quote.ts";
import { trialsJson, trialsTable, verdictOf } from "../text/trials.ts";
import { DataError } from "../engine/data/error.ts";
import { DataStore } from "../worker/dataStore.ts";
import { problemOf } from "../worker/load.ts";
import { tryFixes } from "../worker/trials.ts";
import { lineDiff } from "./lineDiff.ts";
import { FileError, type ModelFile } from "./file.ts";
import { EXIT, type ExitCode, type Output } from "./output.ts";
import { problemLines } from "./problems.ts";

export interface FixFlags {
  readonly seed?: number;
  readonly threads?: number;
  readonly format: "table" | "json";
  /** Where the file with the best fix goes; absent: nowhere. */
  readonly output?: string;
}

/** Data are read once for all candidates, as long as they take no more of the memory than this. */
const KEPT_SHARE = 1 / 4;

/** Finds out which fixes make the model better, and writes the file with the best where one is named. Ctrl+C ends it. */
export async function fix(
  file: ModelFile,
  model: ParsedModel,
  flags: FixFlags,
  output: Output,
): Promise<ExitCode> {
  if (flags.output !== undefined) await checkTarget(file, model, flags.output, output);
  const result = await attempt(file, model, flags, output);
  if (result instanceof DataError) {
    output.err(problemLines(file.name, file.text, [problemOf(result, file.text, model)]));
    if (!result.nonFinite) return EXIT.badFile;
    // What `diagnose` calls sick, and no fix of a model mends.
    const seed = flags.seed ?? model.spec?.train.seed ?? 0;
    const about = { file: file.name, model: model.name, seed, output: null };
    if (flags.format === "json") await output.out(ended(trialsJson(about, NOTHING)));
    return EXIT.noFix;
  }
  const { best } = result;
  if (best && flags.output !== undefined) await write(flags.output, best.text);
  const written = best ? (flags.output ?? null) : null;
  if (flags.format === "json") {
    const seed = result.original.measures[0]?.seed ?? 0;
    await output.out(
      ended(trialsJson({ file: file.name, model: model.name, seed, output: written }, result)),
    );
  } else {
    await output.out(trialsTable(result));
    await output.out(ended(line`${verdictOf(result)}`));
    if (best) await output.out(lines(`\n${lineDiff(file.text, best.text)}`));
    if (written !== null) output.err(line`${written} written`);
    else if (best) output.err(line`nothing was written: -o names the file to write`);
  }
  const isFine = best ? best.well : result.tried === 0;
  return isFine ? EXIT.completed : EXIT.noFix;
}

const NOTHING: TrialsResult = { original: { fixes: [], measures: [] }, finalists: [], tried: 0, cost: 0 };

/** What is wrong with the model's files, where they do not serve. */
async function attempt(
  { text, location }: ModelFile,
  model: ParsedModel,
  { seed, threads }: FixFlags,
  { progress, interactive }: Output,
): Promise<TrialsResult | DataError> {
  const abort = new AbortController();
  const interrupt = () =>
    abort.abort(new FileError("stopped: no fix was tried to the end, and nothing was written"));
  process.once("SIGINT", interrupt);
  const options = { ...(seed !== undefined && { seed }), ...(threads !== undefined && { threads }) };
  try {
    return await tryFixes(
      { text, model: model.name, location, options },
      {
        signal: abort.signal,
        store: new DataStore(totalmem() * KEPT_SHARE),
        progress: (state) => (interactive ? progress(line`${progressOf(state)}`) : undefined),
      },
    );
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
    if (interactive) progress(undefined);
  }
}

const progressOf = ({ stage, done, of, trial }: TrialsProgress): string =>
  `${stage}: ${done} of ${of} · ${compact(trial.measures[0]?.relative ?? NaN)} of a constant's loss`;

/** What is written may replace the model file itself, where it is named, but nothing that the model reads. */
async function checkTarget(
  { location }: ModelFile,
  { spec }: ParsedModel,
  path: string,
  { err }: Output,
): Promise<void> {
  const home = dirname(location.file);
  const files = spec ? filesOf(spec) : [];
  for (const source of files) {
    if (await isSame(path, resolve(home, source)))
      throw new FileError(
        `${path}: a file that the model reads, which the result would replace: name another file`,
      );
  }
  if (files.length > 0 && resolve(dirname(resolve(path))) !== home)
    err(line`${path}: lies in another folder than the data, whose paths stay relative to the model file`);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new FileError(
      `${path}: cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** One file by two paths, links of both kinds among them. */
async function isSame(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false; // one of them is not there
  }
}
