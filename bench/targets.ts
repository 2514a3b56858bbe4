import { type Mode, type PeerName, type Torch, WHOLE } from "./programs.ts";
import { fastest, type Measured, ratio, type Series } from "./results.ts";
import { workloadNames, type WorkloadName } from "./workloads.ts";

type Filter = (series: Series, name: WorkloadName) => boolean;

/** A claim about speed: the fastest of ours, on at most so many threads, against the fastest of theirs. */
export interface Target {
  readonly what: string;
  readonly threads: number;
  readonly theirs: Filter;
  /** Least ratio of steps per second; absent: no target was set. */
  readonly least?: Readonly<Record<WorkloadName, number>>;
}

const by =
  (...peers: readonly PeerName[]) =>
  (instrumentation: Series["instrumentation"], threads = Infinity) =>
  (series: Series): boolean =>
    peers.includes(series.peer) && series.instrumentation === instrumentation && series.threads <= threads;

const javascript = by("TensorFlow.js", "jax-js");

const each = (...least: readonly number[]): Record<WorkloadName, number> =>
  Object.fromEntries(workloadNames.map((name, i) => [name, least[i]])) as Record<WorkloadName, number>;

/** Their targets were set beside PyTorch's modules; those of the others beside the whole step as one compiled function, too. */
export const SET_BY_MODULES: readonly WorkloadName[] = ["W5", "W6", "W7"];

const asSet =
  (filter: (series: Series) => boolean): Filter =>
  (series, name) =>
    filter(series) && (series.variant !== WHOLE || !SET_BY_MODULES.includes(name));

export const oneThread = (peer: Torch): Target => ({
  what: "its best, one thread each",
  threads: 1,
  theirs: asSet(by(peer)("basic", 1)),
  least: each(1.3, 0.78, 2.5, 0.95, 0.85, 0.75, 3.7, 0.85),
});

export const bestOfTwo = (peer: Torch): Target => ({
  what: "its best, best of one and two threads each",
  threads: Infinity,
  theirs: asSet(by(peer)("basic")),
  least: each(2, 1, 4, 1.5, 1.4, 1.25, 5, 1.5),
});

/** That on one thread, of whatever way: no target was set for that. */
export const ofAnyWay = (peer: Torch): Pick<Target, "threads" | "theirs"> => ({
  threads: 1,
  theirs: by(peer)("basic", 1),
});

/** Against PyTorch. */
export const targetsOf = (peer: Torch): readonly Target[] => [
  oneThread(peer),
  bestOfTwo(peer),
  {
    what: "with histograms of all gradients and outputs, as the targets were set, best of one and two threads each",
    threads: Infinity,
    theirs: by(peer)("histograms"),
    least: each(10, 4, 40, 7, 10, 2, 12, 6),
  },
  {
    what: "with about the same statistics, histograms as seldom as ours, best of one and two threads each",
    threads: Infinity,
    theirs: by(peer)("full"),
  },
];

export const againstJavaScript: Target = {
  what: "the better of TensorFlow.js and jax-js",
  threads: Infinity,
  theirs: javascript("basic"),
  least: each(7, 5, 40, 8, 12, 10, 11, 10),
};

/** The ratio that was reached; undefined where one side was not measured. */
export function reached(
  target: Pick<Target, "threads" | "theirs">,
  mode: Mode,
  measured: Measured,
  name: WorkloadName,
): number | undefined {
  const [mine, other] = [oursOn(target.threads, mode, measured), theirBest(target, measured, name)];
  return mine && other && ratio(mine, other);
}

export const theirBest = (
  { theirs }: Pick<Target, "theirs">,
  { series }: Measured,
  name: WorkloadName,
): Series | undefined => fastest(series.filter((one) => theirs(one, name)));

/** Our fastest with full statistics on at most so many threads. */
export const oursOn = (threads: number, mode: Mode, { series }: Measured): Series | undefined =>
  fastest(series.filter(by(mode)("full", threads)));

/** Our fastest without statistics, on one thread. */
export const oursPlain = (mode: Mode, { series }: Measured): Series | undefined =>
  fastest(series.filter(by(mode)("none", 1)));

/** Least share of the peak of one core over the plain step. */
export const leastShare = (name: WorkloadName): number => (["W1", "W2", "W7"].includes(name) ? 0.8 : 0.75);
