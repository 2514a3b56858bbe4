import { prepare, type PrepareOptions } from "../src/worker/prepare.ts";
import { location, specOf } from "./problem.ts";
import { median } from "./results.ts";
import { wasm } from "./wasm.ts";
import { modelFile, workloadNames, type WorkloadName } from "./workloads.ts";

/** What statistics add to the time of a plain step, as parts of it. */
export interface LookingRow {
  readonly name: WorkloadName;
  /** Histograms, and what else is rare, are computed at every so many steps. */
  readonly every: number;
  readonly withoutRare: number;
  readonly everything: number;
  /** With nothing rare. */
  readonly atEveryStep: number;
}

const ROUNDS = 25;
const BURST_MS = 40;
const WARM_UP = 10;

const WAYS = {
  plain: { observe: false },
  withoutRare: { histEvery: Number.MAX_SAFE_INTEGER },
  everything: {},
  atEveryStep: { histEvery: 1 },
} satisfies Record<string, PrepareOptions>;

type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];

/** One thread; the ways in turn, and medians of the rounds' ratios. */
export async function lookingRows(): Promise<readonly LookingRow[]> {
  const rows: LookingRow[] = [];
  for (const name of workloadNames) rows.push(await lookingOf(name));
  return rows;
}

async function lookingOf(name: WorkloadName): Promise<LookingRow> {
  const spec = specOf(modelFile(name));
  const trainings = await Promise.all(
    ways.map((way) => prepare(spec, location, { backend: wasm(), ...WAYS[way] })),
  );
  const runs = trainings.map((training) => training.steps());
  const round = (): number[] => runs.map((steps) => msOf(() => steps.next()));
  for (let i = 0; i < WARM_UP; i++) round();
  const rounds = Array.from({ length: ROUNDS }, round);
  const added = (way: Way): number =>
    median(rounds.map((times) => times[ways.indexOf(way)] / times[ways.indexOf("plain")])) - 1;
  const every = trainings[ways.indexOf("everything")].info.hist_every;
  return {
    name,
    every,
    withoutRare: added("withoutRare"),
    everything: added("everything"),
    atEveryStep: added("atEveryStep"),
  };
}

/** Milliseconds of a call, on average over a burst of them. */
function msOf(call: () => unknown): number {
  const start = performance.now();
  for (let calls = 1; ; calls++) {
    call();
    const ms = performance.now() - start;
    if (ms > BURST_MS) return ms / calls;
  }
}
