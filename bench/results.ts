import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EditorFigures, ProbeFigures } from "./editor.ts";
import { median } from "./median.ts";
import type { PanelFigures } from "./panel.ts";
import type { Instrumentation, PeerName } from "./programs.ts";
import type { Tables } from "./tables.ts";
import type { WholeRun } from "./wholeRuns.ts";
import type { WorkloadName } from "./workloads.ts";

/** One way to train a workload, and its steps per second in every round. */
export interface Series {
  readonly peer: PeerName;
  readonly threads: number;
  readonly variant: string;
  readonly statistics: string;
  readonly instrumentation: Instrumentation;
  readonly rates: readonly number[];
}

export interface Measured {
  readonly machine: string;
  /** GFLOP/s of one core in every round. */
  readonly peak: readonly number[];
  readonly series: readonly Series[];
  /** What was tried and not measured, and why. */
  readonly failed: readonly string[];
}

export interface Results {
  readonly workloads: Readonly<Partial<Record<WorkloadName, Measured>>>;
  readonly runs?: readonly WholeRun[];
  readonly tables?: Tables;
  readonly editor?: EditorFigures;
  readonly probe?: ProbeFigures;
  readonly panel?: PanelFigures;
}

const file = join(import.meta.dirname, "results.json");

/** What earlier runs have measured. */
export const readResults = (): Results =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : { workloads: {} };

export const writeResults = (results: Results): void =>
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);

/**
 * A round in which PyTorch on two threads is so many times slower than in its best one is left out: its threads wait for each
 * other in a loop, and one that has to share its core holds up both.
 */
const COLLAPSE = 5;

export const collapsed = ({ peer, threads, rates }: Series): readonly boolean[] =>
  rates.map((rate) => peer.startsWith("PyTorch") && threads > 1 && rate * COLLAPSE < Math.max(...rates));

/** Steps per second in the rounds that count; NaN in the others. */
export function countedRates(series: Series): readonly number[] {
  const left = collapsed(series);
  return series.rates.map((rate, i) => (left[i] ? NaN : rate));
}

const finite = (values: readonly number[]): number[] => values.filter(Number.isFinite);

export const medianRate = (series: Series): number => median(finite(countedRates(series)));

/** The fastest by its median; undefined where there is none. */
export const fastest = (series: readonly Series[]): Series | undefined =>
  series.toSorted((a, b) => medianRate(b) - medianRate(a))[0];

/** How many times faster a is than b: the median of the rounds' ratios. */
export function ratio(a: Series, b: Series): number {
  const others = countedRates(b);
  return median(finite(countedRates(a).map((rate, i) => rate / others[i])));
}
