import { createInterface } from "node:readline";

/** One measurement: of what, and for how long. What variants and statistics there are is for each peer to say. */
export interface Case {
  readonly variant: string;
  readonly statistics: string;
  /** Seconds of steps that are not counted, and of those that are. */
  readonly warm: number;
  readonly seconds: number;
}

/** Steps per second, and the loss of the first step; or why there is none. */
export type Answer = { readonly rate: number; readonly loss: number } | { readonly error: string };

/** A way to train the workload. `step` makes one step and returns its loss. */
export interface Trial {
  /** Makes the next step the first one again. */
  reset(): void | Promise<void>;
  step(): number;
  /** Makes steps until it makes them as in a long run. */
  settle?(): void;
}

/**
 * Answers each line of standard input, a `Case`, with a line, an `Answer`. A variant is prepared when it is first asked for.
 * Between two lines the process sleeps.
 */
export async function serve(
  prepare: (wanted: Omit<Case, "warm" | "seconds">) => Trial | Promise<Trial>,
): Promise<void> {
  const prepared = new Map<string, Trial>();
  for await (const line of createInterface({ input: process.stdin })) {
    const { warm, seconds, ...wanted } = JSON.parse(line) as Case;
    const key = JSON.stringify(wanted);
    let answer: Answer;
    try {
      const trial = prepared.get(key) ?? (await prepare(wanted));
      prepared.set(key, trial);
      answer = await measure(trial, warm, seconds);
    } catch (error) {
      answer = { error: String(error).slice(0, 300) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0); // whatever timers and threads a library has left
}

async function measure(trial: Trial, warm: number, seconds: number): Promise<Answer> {
  await trial.reset();
  const loss = trial.step();
  trial.settle?.();
  stepsPerSecond(trial, warm);
  return { rate: stepsPerSecond(trial, seconds), loss };
}

function stepsPerSecond({ step }: Trial, seconds: number): number {
  const start = performance.now();
  let steps = 0;
  while (steps < 2 || performance.now() - start < seconds * 1000) {
    step();
    steps++;
  }
  return (steps / (performance.now() - start)) * 1000;
}
