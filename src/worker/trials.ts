import { DataError } from "../engine/data/error.ts";
import { typicalNorm } from "../insight/clipping.ts";
import { staticFindings } from "../insight/findings/diagnose.ts";
import type { Finding } from "../insight/findings/found.ts";
import { summarise } from "../insight/findings/summarise.ts";
import { lossState } from "../insight/lossState.ts";
import { t } from "../l10n/translate.ts";
import { type Candidate, type Fault, unchanged } from "../model/fixes/candidates.ts";
import { byPromise, type Measure, type Ranked } from "../model/fixes/ranking.ts";
import { type Ask, type Outcome, search } from "../model/fixes/search.ts";
import { quoted } from "../protocol/visible.ts";
import type { Trial, TrialMeasure, TrialsProgress, TrialsResult } from "../protocol/trials.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { backendFor } from "./backends.ts";
import type { Location } from "./files.ts";
import { specOf, withOptions } from "./load.ts";
import { prepare, type Preparing } from "./prepare.ts";
import { TrialRun } from "./trialRun.ts";

/** A model of a file, and what differs from the file for its runs. */
export interface TrialsSource {
  readonly text: string;
  readonly model: string;
  readonly location: Location;
  readonly options?: RunOptions;
  /** How findings are set where the file says nothing of them. */
  readonly rules?: RuleSettings;
  /** Id of the finding whose fixes are tried before those of others. */
  readonly finding?: string;
}

export interface Trying extends Preparing {
  /** Told of every candidate that has got further. */
  progress?(progress: TrialsProgress): void;
}

/** A model that does so well and has no fault needs no fix. */
const WELL = 0.25;

/** Steps that a candidate makes at least before it is judged. */
const FEWEST = 20;

/**
 * Runs a model as it is, and then with fixes, until it is known which of them measure better. A pure function of the source but
 * for times. Rejects with the signal's reason, and with what is wrong with the model's files.
 */
export async function tryFixes(source: TrialsSource, trying: Trying = {}): Promise<TrialsResult> {
  const trials = new Trials(source, trying);
  try {
    return await trials.run();
  } finally {
    trials.dispose();
  }
}

interface Measured extends Measure, TrialMeasure {
  /** Absent where there was no run, since the model's data do not serve it. */
  readonly run?: TrialRun;
}

class Trials {
  readonly #source: TrialsSource;
  readonly #trying: Trying;
  /** Runs that may go on. */
  readonly #live = new Map<string, TrialRun>();
  #tried = 0;
  #cost = 0;

  constructor(source: TrialsSource, trying: Trying) {
    this.#source = source;
    this.#trying = trying;
  }

  async run(): Promise<TrialsResult> {
    const { text, model, finding } = this.#source;
    const asIs = unchanged(text);
    const [original] = await this.#answer({
      stage: "original",
      candidates: [asIs],
      keep: 0,
      share: 1,
      seed: 0,
    });
    if (!original?.run) throw new Error(t`the model ${quoted(model)} did not run`);
    const faults = faultsOf(original.run).toSorted(
      (a, b) => Number(b.id === finding) - Number(a.id === finding),
    );
    if (faults.length === 0 && original.well && original.relative < WELL)
      return this.#result({ original: [original], finalists: [], best: undefined });
    const searching = search<Measured>({ text, model, faults, original });
    let asked = searching.next();
    while (!asked.done) asked = searching.next(await this.#answer(asked.value));
    return this.#result(asked.value);
  }

  dispose(): void {
    this.#drop(new Set());
  }

  /** Runs one candidate after the other; no more of them are kept in memory than go on. */
  async #answer({ stage, candidates, keep, share, seed }: Ask): Promise<readonly Measured[]> {
    const measures: Measured[] = [];
    this.#drop(new Set(candidates.map((candidate) => keyOf(candidate, seed))));
    for (const [i, candidate] of candidates.entries()) {
      const measure = await this.#measure(candidate, share, seed);
      measures.push(measure);
      const trial = { fixes: candidate.fixes, measures: [plain(measure)] };
      this.#trying.progress?.({ trial, stage, done: i + 1, of: candidates.length });
      const kept = byPromise(measures).slice(0, keep);
      const going = [...kept, ...[...candidates.keys()].slice(i + 1)];
      this.#drop(new Set(going.map((index) => keyOf(candidates[index], seed))));
    }
    return measures;
  }

  /** Lets go of all runs but these. */
  #drop(kept: ReadonlySet<string>): void {
    for (const [key, run] of this.#live) {
      if (kept.has(key)) continue;
      run.dispose();
      this.#live.delete(key);
    }
  }

  async #measure(candidate: Candidate, share: number, seed: number): Promise<Measured> {
    const { signal } = this.#trying;
    const key = keyOf(candidate, seed);
    const run = this.#live.get(key) ?? (await this.#begin(candidate, seed));
    if (!run) return REFUSED;
    this.#live.set(key, run);
    const steps = run.info.steps ?? FEWEST;
    const before = run.made;
    await run.advance(
      share === 1 ? steps : Math.min(steps, Math.max(FEWEST, Math.round(share * steps))),
      signal,
    );
    this.#cost += (run.made - before) / steps;
    return measured(run);
  }

  /** `undefined` where fixes have made a model of it that its data do not serve: a batch may be larger than all of them. */
  async #begin({ text, fixes }: Candidate, seed: number): Promise<TrialRun | undefined> {
    const { model, location, options = {}, rules } = this.#source;
    const own = withOptions(specOf(text, model), options);
    if (fixes.length > 0) this.#tried++;
    const seeded = withOptions(own, { seed: own.train.seed + seed });
    try {
      const training = await prepare(seeded, location, { backend: backendFor(options) }, this.#trying);
      return new TrialRun(training, rules);
    } catch (error) {
      if (fixes.length > 0 && error instanceof DataError) return undefined;
      throw error;
    }
  }

  #result({ original, finalists, best }: Outcome<Measured>): TrialsResult {
    const shown = best?.measures[0]?.run?.shown();
    const first = original[0]?.run?.shown();
    return {
      original: { fixes: [], measures: original.map(plain) },
      finalists: finalists.map(trialOf),
      ...(best && {
        best: {
          ...trialOf(best),
          text: best.candidate.text,
          well: best.measures.every(({ well }) => well),
        },
      }),
      ...(first && { runs: { original: first, ...(shown && { best: shown }) } }),
      tried: this.#tried,
      cost: this.#cost,
    };
  }
}

const REFUSED: Measured = {
  seed: NaN,
  made: 0,
  steps: 0,
  loss: Infinity,
  floor: NaN,
  relative: Infinity,
  errors: [],
  ms_per_step: NaN,
  well: false,
  barred: true,
};

/** Equal for the same model with the same seed. */
const keyOf = ({ text }: Candidate, seed: number): string => `${seed}\n${text}`;

const trialOf = ({ candidate, measures }: Ranked<Measured>): Trial => ({
  fixes: candidate.fixes,
  measures: measures.map(plain),
});

const plain = ({
  seed,
  made,
  steps,
  loss,
  floor,
  relative,
  errors,
  ms_per_step,
}: Measured): TrialMeasure => ({
  seed,
  made,
  steps,
  loss,
  floor,
  relative,
  errors,
  ms_per_step,
});

/** What a run has come to so far. */
function measured(run: TrialRun): Measured {
  const { info, end, declared } = run;
  const seen = seenOf(run);
  const { now, floor, relative, first, notWell } = lossState(seen, declared?.rules ?? {});
  const errors = end ? errorsOf(run).map(({ id }) => id) : [];
  return {
    run,
    seed: info.seed ?? 0,
    made: run.made,
    steps: info.steps ?? run.made,
    loss: now,
    floor,
    relative: Number.isNaN(floor) ? now / Math.abs(first) : relative,
    errors: [...new Set(errors)],
    ms_per_step: run.elapsedMs / Math.max(1, run.made),
    well: end?.reason === "completed" && errors.length === 0 && !notWell,
    barred: declared !== undefined && staticErrors(run).size > 0,
  };
}

const seenOf = (run: TrialRun) => {
  const { info, declared, end } = run;
  return {
    run: { state: "ended", info: { ...info, ...(declared && { declared }) }, ...(end && { end }) },
    layers: info.layers,
    history: run.history(),
    declared,
    data: info.data,
  };
};

const errorsOf = (run: TrialRun): readonly Finding[] =>
  summarise(seenOf(run)).findings.filter(({ severity }) => severity === "error");

/** Ids of what is wrong with the model by construction. */
const staticErrors = ({ declared, info: { data } }: TrialRun): ReadonlySet<string> =>
  new Set(
    declared
      ? staticFindings({ declared, data })
          .filter(({ severity }) => severity === "error")
          .map(({ id }) => id)
      : [],
  );

/** What keeps the run from training, with the norm that it suggests for clipping. */
function faultsOf(run: TrialRun): readonly Fault[] {
  const norm = typicalNorm(run.history());
  const wrong = staticErrors(run);
  return errorsOf(run).map(({ id, layer, figures, fixes }) => ({
    id,
    ...(layer !== undefined && { path: layer }),
    figures: { ...figures, ...(Number.isFinite(norm) && { typical_norm: norm }) },
    fixes,
    isStatic: wrong.has(id),
  }));
}
