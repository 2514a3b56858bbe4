import { costOf } from "../compile/costModel.ts";
import type { Call } from "../compile/recorder.ts";
import { type Access, accessesOf, hazard } from "./hazards.ts";
import { isDivisible, isForFirst, partition } from "./partition.ts";

/** What one thread does: calls, and between them points where it waits for all others. */
export type Task = Call | "barrier";

/** Calls between two barriers at most, so that a schedule is made in linear time. */
const LONGEST = 256;

/**
 * One list of tasks a thread, with the same results as the calls one after the other, to the last bit. Each call is divided
 * among the threads where its kernel can be, by samples of the batch where that goes, so that a thread goes on with what it
 * has made itself; a barrier comes only before a call that needs what another thread has made, or writes what it may still read.
 */
export function schedule(
  calls: readonly Call[],
  threads: number,
  batch: number,
): readonly (readonly Task[])[] {
  const plan = new Schedule(threads);
  const toCome = costsToCome(calls);
  calls.forEach((call, i) => {
    if (isDivisible(call)) plan.divide(partition(call, threads, batch));
    else plan.anywhere(call, toCome[i]);
  });
  plan.barrier();
  return plan.tasks;
}

/**
 * The cost of each call and of those that follow it piece by piece: of the same kernel, where each reads on from where the one
 * before has ended, as the pieces of a statistic do.
 */
function costsToCome(calls: readonly Call[]): readonly number[] {
  const costs = calls.map(costOf);
  let after: Access | undefined;
  for (let i = calls.length - 1; i >= 0; i--) {
    const read = isDivisible(calls[i]) ? undefined : accessesOf(calls[i])?.find(({ writes }) => !writes);
    const goesOn =
      read && after && calls[i].kernel === calls[i + 1].kernel && after.at === read.at + read.size;
    if (goesOn) costs[i] += costs[i + 1];
    after = read;
  }
  return costs;
}

/** What lies between barriers. */
export function sectionsOf(list: readonly Task[]): readonly (readonly Call[])[] {
  const sections: Call[][] = [[]];
  for (const task of list) {
    if (task === "barrier") sections.push([]);
    else sections[sections.length - 1].push(task);
  }
  return sections;
}

class Schedule {
  readonly tasks: readonly Task[][];
  /** Since the last barrier. */
  readonly #accesses: Access[][];
  readonly #load: number[];
  #calls = 0;

  constructor(threads: number) {
    this.tasks = Array.from({ length: threads }, () => []);
    this.#accesses = this.tasks.map(() => []);
    this.#load = this.tasks.map(() => 0);
  }

  /** A call that nothing may run beside. */
  alone(call: Call): void {
    this.barrier();
    this.tasks[0].push(call);
    this.#calls = LONGEST;
    this.barrier();
  }

  /** Each part by its thread. */
  divide(parts: readonly (Call | undefined)[]): void {
    const accesses = parts.map((part) => (part && accessesOf(part)) ?? []);
    if (accesses.some((own, thread) => this.#waits(own, thread))) this.barrier();
    parts.forEach((part, thread) => part && this.#give(thread, part, accesses[thread]));
  }

  /**
   * Where nothing has to be waited for, and among these by the threads' order until each has its share of `toCome`: pieces go
   * to the threads as the samples of a batch do. Else where least is to do.
   */
  anywhere(call: Call, toCome: number): void {
    const accesses = accessesOf(call);
    if (!accesses) return void this.alone(call);
    const able = isForFirst(call) ? [0] : this.#threads();
    const free = able.filter((thread) => !this.#waits(accesses, thread));
    if (free.length === 0) this.barrier();
    const among = free.length > 0 ? free : able;
    const share = (this.#load.reduce((a, b) => a + b) + toCome) / this.tasks.length;
    const thread =
      among.find((thread) => this.#load[thread] + costOf(call) / 2 <= share) ??
      among.reduce((a, b) => (this.#load[b] < this.#load[a] ? b : a));
    this.#give(thread, call, accesses);
  }

  barrier(): void {
    if (this.#calls === 0) return;
    this.#calls = 0;
    for (const tasks of this.tasks) tasks.push("barrier");
    for (const thread of this.#threads()) {
      this.#accesses[thread].length = 0;
      this.#load[thread] = 0;
    }
  }

  #threads(): number[] {
    return this.tasks.map((_, i) => i);
  }

  /** Whether a call of this thread would have to wait for another thread's. */
  #waits(accesses: readonly Access[], thread: number): boolean {
    return this.#accesses.some((others, other) => other !== thread && hazard(accesses, others));
  }

  #give(thread: number, call: Call, accesses: readonly Access[]): void {
    this.tasks[thread].push(call);
    this.#accesses[thread].push(...accesses);
    this.#load[thread] += costOf(call);
    if (++this.#calls >= LONGEST) this.barrier();
  }
}
