import { prepare, type PrepareOptions } from "../src/worker/prepare.ts";
import { location, specOf } from "./problem.ts";
import { median } from "./median.ts";
import { averageMs } from "./timing.ts";
import { wasm } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

/** What statistics add to the time of a plain step, as parts of it. */
export interface OverheadRow {
  readonly name: WorkloadName;
  /** Histograms, and what else is sampled, are computed at every so many steps. */
  readonly every: number;
  readonly withoutSampled: number;
  readonly everything: number;
  /** With every step sampled. */
  readonly atEveryStep: number;
}

const ROUNDS = 25;
const BURST_MS = 40;
const WARM_UP_ROUNDS = 10;

/** A plain step, then with all statistics but what is sampled, everything as it is, and everything at every step. */
const VARIANTS: readonly PrepareOptions[] = [
  { statistics: false },
  { histEvery: Number.MAX_SAFE_INTEGER },
  {},
  { histEvery: 1 },
];

/** One thread; the variants in turn, and medians of the rounds' ratios. */
export async function overheadRows(): Promise<readonly OverheadRow[]> {
  const rows: OverheadRow[] = [];
  for (const name of workloadNames) rows.push(await overheadOf(name));
  return rows;
}

async function overheadOf(name: WorkloadName): Promise<OverheadRow> {
  const spec = specOf(modelFile(name));
  const trainings = await Promise.all(
    VARIANTS.map((options) => prepare(spec, location, { backend: wasm(), ...options })),
  );
  const runs = trainings.map((training) => training.steps());
  const round = (): number[] => runs.map((steps) => averageMs(() => steps.next(), BURST_MS));
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round();
  const rounds = Array.from({ length: ROUNDS }, round);
  const [withoutSampled, everything, atEveryStep] = [1, 2, 3].map(
    (variant) => median(rounds.map((times) => times[variant] / times[0])) - 1,
  );
  return { name, every: trainings[2].info.hist_every, withoutSampled, everything, atEveryStep };
}
