import type { TrialRun as ShownRun } from "../protocol/trials.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { backendFor } from "./backends.ts";
import type { Location } from "./files.ts";
import { specOf, withOptions } from "./load.ts";
import { prepare, type Preparing } from "./prepare.ts";
import { TrialRun } from "./trialRun.ts";

/** A model of a file as it is being written, and how far it is to be run. */
export interface Probed {
  readonly text: string;
  readonly model: string;
  readonly location: Location;
  readonly options: RunOptions;
  /** Added to the model's own seed. */
  readonly seed: number;
  readonly steps: number;
  /** Once so much time has gone by it stops at the next step, but for the first. */
  readonly patienceMs: number;
}

/**
 * Initialises a model and makes its first steps. Rejects with the signal's reason, and with what is wrong with the model's files.
 */
export async function probe(
  { text, model, location, options, seed, steps, patienceMs }: Probed,
  preparing: Preparing,
): Promise<ShownRun> {
  const { signal } = preparing;
  const own = withOptions(specOf(text, model), options);
  const seeded = withOptions(own, { seed: own.train.seed + seed });
  const run = new TrialRun(await prepare(seeded, location, { backend: backendFor(options) }, preparing));
  try {
    do {
      await run.advance(run.made + 1, signal);
    } while (!run.end && run.made < steps && run.elapsedMs < patienceMs);
    return run.shown();
  } finally {
    run.dispose();
  }
}
