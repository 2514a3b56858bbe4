import { costOf } from "../cost.ts";
import type { Call } from "../record.ts";
import { rules } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";
import { conflict, type Touch } from "./touches.ts";

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
  for (const call of calls) {
    const rule = rules[call.kernel];
    if (!rule) plan.alone(call);
    else if (rule.units && rule.part) plan.divide(partsOf(call, rule, threads, batch), rule);
    else plan.anywhere(call, rule.touches(call.args));
  }
  plan.barrier();
  return plan.tasks;
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

/** `undefined`: nothing is left for that thread. */
type Parts = readonly (Call | undefined)[];

function partsOf(call: Call, { units, part }: Rule, threads: number, batch: number): Parts {
  const all = units?.(call.args) ?? 1;
  // Boundaries between samples where the units are samples, or so many of each.
  const [whole, each] = all % batch === 0 ? [batch, all / batch] : [all, 1];
  const cut = (i: number) => Math.floor((whole * i) / threads) * each;
  return Array.from({ length: threads }, (_, i) => {
    const [from, to] = [cut(i), cut(i + 1)];
    return from === to || !part ? undefined : { kernel: call.kernel, args: part(call.args, from, to) };
  });
}

class Schedule {
  readonly tasks: readonly Task[][];
  /** Since the last barrier. */
  readonly #touched: Touch[][];
  readonly #load: number[];
  #calls = 0;

  constructor(threads: number) {
    this.tasks = Array.from({ length: threads }, () => []);
    this.#touched = this.tasks.map(() => []);
    this.#load = this.tasks.map(() => 0);
  }

  /** A call that nothing may run beside. */
  alone(call: Call): void {
    this.barrier();
    this.tasks[0].push(call);
    this.#calls = LONGEST;
    this.barrier();
  }

  divide(parts: Parts, rule: Rule): void {
    const touches = parts.map((part) => (part ? rule.touches(part.args) : []));
    if (touches.some((own, thread) => this.#conflicts(own, thread))) this.barrier();
    parts.forEach((part, thread) => part && this.#give(thread, part, touches[thread]));
  }

  /** Where nothing has to be waited for, else where least is to do. */
  anywhere(call: Call, touches: readonly Touch[]): void {
    const free = this.#threads().filter((thread) => !this.#conflicts(touches, thread));
    if (free.length === 0) this.barrier();
    const among = free.length > 0 ? free : this.#threads();
    const thread = among.reduce((a, b) => (this.#load[b] < this.#load[a] ? b : a));
    this.#give(thread, call, touches);
  }

  barrier(): void {
    if (this.#calls === 0) return;
    this.#calls = 0;
    for (const tasks of this.tasks) tasks.push("barrier");
    for (const thread of this.#threads()) {
      this.#touched[thread].length = 0;
      this.#load[thread] = 0;
    }
  }

  #threads(): number[] {
    return this.tasks.map((_, i) => i);
  }

  /** Whether these touches of a thread would have to wait for another's. */
  #conflicts(touches: readonly Touch[], thread: number): boolean {
    return this.#touched.some((others, other) => other !== thread && conflict(touches, others));
  }

  #give(thread: number, call: Call, touches: readonly Touch[]): void {
    this.tasks[thread].push(call);
    this.#touched[thread].push(...touches);
    this.#load[thread] += costOf(call);
    if (++this.#calls >= LONGEST) this.barrier();
  }
}
