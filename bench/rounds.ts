import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { peakGflops } from "./peak.ts";
import { specOf, writeProblem } from "./problem.ts";
import { type PeerProcess, startPeer } from "./process.ts";
import { COMPILES, missingPeers, type Offer, type Program, programs, WHOLE } from "./programs.ts";
import type { Measured, Series } from "./results.ts";
import { modelFile, type WorkloadName } from "./workloads.ts";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 0.4);

/**
 * So long steps are made before they are counted: what has slept has lost its place in every cache. On several threads it is longer, since
 * a virtual machine was seen to give a core that has been idle back a second and more later.
 */
const warmSeconds = (threads: number): number => (threads === 1 ? 1 : 4) * SECONDS;

/** Ways are chosen by the best of so many shorter measurements. */
const TRIALS = 4;
const TRIAL = { warm: SECONDS / 4, seconds: SECONDS / 4 };

/**
 * Of each peer, number of threads and instrumentation so many ways stay for the rounds, if they are not much slower than the best; of
 * modules, and of the whole step as one function.
 */
const KEPT = 2;
const NOT_MUCH = 0.7;

/** For an answer, with all that has to be compiled for it: two whole steps at a time, on two cores. */
const TIMEOUT_MS = 300_000;

/** First losses of two peers differ by no more, relatively, or they do not train the same model. */
const TOLERANCE = 1e-3;

type Way = Omit<Series, "rates">;

interface Contender {
  readonly process: PeerProcess;
  readonly way: Way;
  /** Steps per second when it was chosen, and the loss of the first step. */
  readonly rate: number;
  readonly loss: number;
}

/** Chooses each program's best ways to train a workload, then measures all of them in turn, round by round. */
export async function measure(name: WorkloadName): Promise<Measured> {
  const folder = mkdtempSync(join(os.tmpdir(), "gradlens-bench-"));
  const failed: string[] = [];
  const processes: PeerProcess[] = [];
  const start = ({ command }: Program): PeerProcess => {
    const peer = startPeer(command(folder), join(import.meta.dirname, "peers"));
    processes.push(peer);
    return peer;
  };
  try {
    await writeProblem(specOf(modelFile(name)), folder);
    const missing = missingPeers();
    const all = programs(name).filter(({ peer }) => !missing.has(peer));
    failed.push(...[...missing].map(([peer, remedy]) => `${peer}: left out; ${remedy}`));
    if (!COMPILES)
      failed.push("PyTorch: what its compiler makes (`compile`, `cstats`, `whole`), which was left out");

    const started = all.map((program) => ({ program, process: start(program) }));
    const compiled = started.filter(({ program }) => program.compiled);
    for (let i = 0; i < compiled.length; i += 2) {
      await Promise.all(compiled.slice(i, i + 2).map(({ program, process }) => warm(program, process)));
    }
    const contenders: Contender[] = [];
    for (const { program, process } of started) {
      for (const offer of program.offers) contenders.push(...(await choose(program, process, offer, failed)));
    }
    const best = bestOfEach(contenders);
    checkLosses(best);
    return { machine: machine(), ...(await rounds(best)), failed };
  } finally {
    for (const process of processes) process.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function warm({ offers }: Program, process: PeerProcess): Promise<void> {
  for (const { variants, statistics } of offers) {
    await process.ask({ variant: variants[0], statistics: statistics[0], warm: 0, seconds: 0 }, TIMEOUT_MS);
  }
}

/** The ways of an offer that work, with the fastest of its statistics. */
async function choose(
  { peer, threads }: Program,
  process: PeerProcess,
  { instrumentation, variants, statistics }: Offer,
  failed: string[],
): Promise<Contender[]> {
  const tried = async (variant: string, kind: string): Promise<Contender[]> => {
    const way = { peer, threads, variant, statistics: kind, instrumentation };
    let best: Contender | undefined;
    for (let i = 0; i < TRIALS; i++) {
      const answer = await process.ask({ variant, statistics: kind, ...TRIAL }, TIMEOUT_MS);
      if ("error" in answer) {
        failed.push(`${peer} on ${threads}, ${variant}, ${kind}: ${brief(answer.error)}`);
        return [];
      }
      if (!best || answer.rate > best.rate) best = { process, way, ...answer };
    }
    return best ? [best] : [];
  };
  const instrumented: Contender[] = [];
  for (const kind of statistics) instrumented.push(...(await tried(variants[0], kind)));
  const [best] = byRate(instrumented);
  const kind = best?.way.statistics ?? statistics[0];
  const others: Contender[] = [];
  for (const variant of variants.slice(1)) others.push(...(await tried(variant, kind)));
  return [...(best ? [best] : []), ...others];
}

/** The first line of an error, without paths of this machine. */
const brief = (error: string): string =>
  (error.split("\n")[0] ?? "").replaceAll(/\/[^\s"']+\//g, "…/").slice(0, 200);

const byRate = (contenders: readonly Contender[]) => contenders.toSorted((a, b) => b.rate - a.rate);

/** The fastest of each peer, number of threads, and instrumentation; modules by themselves. */
function bestOfEach(contenders: readonly Contender[]): readonly Contender[] {
  const groups = Object.groupBy(contenders, ({ way: { peer, threads, instrumentation, variant } }) =>
    JSON.stringify([peer, threads, instrumentation, variant === WHOLE]),
  );
  return Object.values(groups).flatMap((group = []) => {
    const [best, ...others] = byRate(group).slice(0, KEPT);
    return best ? [best, ...others.filter(({ rate }) => rate > NOT_MUCH * best.rate)] : [];
  });
}

function checkLosses(contenders: readonly Contender[]): void {
  const [{ loss: ours }] = contenders;
  for (const { way, loss } of contenders) {
    if (Math.abs(loss - ours) <= TOLERANCE * Math.abs(ours)) continue;
    throw new Error(
      `${way.peer}, ${way.variant}: the first loss is ${loss}, ours ${ours}: not the same model`,
    );
  }
}

async function rounds(contenders: readonly Contender[]): Promise<Pick<Measured, "peak" | "series">> {
  const peak: number[] = [];
  const rates = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    peak.push(peakGflops());
    const turns = [...contenders.entries()];
    if (round % 2) turns.reverse(); // a machine that grows slower favours nobody
    for (const [i, { process, way }] of turns) {
      const { variant, statistics } = way;
      const wanted = { variant, statistics, warm: warmSeconds(way.threads), seconds: SECONDS };
      const answer = await process.ask(wanted, TIMEOUT_MS);
      if ("error" in answer) throw new Error(`${way.peer}, ${variant}: ${answer.error}`);
      rates[i].push(Number(answer.rate.toPrecision(5)));
    }
  }
  return { peak, series: contenders.map(({ way }, i) => ({ ...way, rates: rates[i] })) };
}

const machine = (): string =>
  `${os.cpus()[0]?.model ?? "unknown processor"}, ${os.cpus().length} cores, Node ${process.versions.node}`;
