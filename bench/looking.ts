import { prepare, type PrepareOptions } from "../src/worker/prepare.ts";
import { location, specOf } from "./problem.ts";
import { median } from "./median.ts";
import { averageMs } from "./timing.ts";
import { wasm } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

/** What statistics add to the time of a plain step, as parts of it. */
export interface LookingRow {
  readonly name: WorkloadName;
  /** Histograms, and what else is sampled, are computed at every so many steps. */
  readonly every: number;
  readonly withoutRare: number;
  readonly everything: number;
  /** With every step sampled. */
  readonly atEveryStep: number;
}

const ROUNDS = 25;
const BURST_MS = 40;
const WARM_UP = 10;

/** A plain step, then all but what is sampled, everything as it is, and everything at every step. */
const WAYS: readonly PrepareOptions[] = [
  { statistics: false },
  { histEvery: Number.MAX_SAFE_INTEGER },
  {},
  { histEvery: 1 },
];

/** One thread; the ways in turn, and medians of the rounds' ratios. */
export async function lookingRows(): Promise<readonly LookingRow[]> {
  const rows: LookingRow[] = [];
  for (const name of workloadNames) rows.push(await lookingOf(name));
  return rows;
}

async function lookingOf(name: WorkloadName): Promise<LookingRow> {
  const spec = specOf(modelFile(name));
  const trainings = await Promise.all(
    WAYS.map((options) => prepare(spec, location, { backend: wasm(), ...options })),
  );
  const runs = trainings.map((training) => training.steps());
  const round = (): number[] => runs.map((steps) => averageMs(() => steps.next(), BURST_MS));
  for (let i = 0; i < WARM_UP; i++) round();
  const rounds = Array.from({ length: ROUNDS }, round);
  const [withoutRare, everything, atEveryStep] = [1, 2, 3].map(
    (way) => median(rounds.map((times) => times[way] / times[0])) - 1,
  );
  return { name, every: trainings[2].info.hist_every, withoutRare, everything, atEveryStep };
}
