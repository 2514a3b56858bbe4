import type { ModelSpec } from "../engine/spec.ts";
import type { Training } from "../engine/training/training.ts";
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

/** A model that was probed. */
interface Before {
  readonly spec: ModelSpec;
  readonly training: Training;
}

/** Probes models, one after the other. */
export class Prober {
  /** The latest model by its text: with another seed only its weights and data are others. */
  #before: { readonly key: string; readonly of: Before } | undefined;

  /**
   * Initialises a model and makes its first steps. Rejects with the signal's reason, and with what is wrong with the model's files.
   * What is compiled is kept for the next seed, until `forget`.
   */
  async probe(probed: Probed, preparing: Preparing): Promise<ShownRun> {
    const { text, model, location, options, seed, steps, patienceMs } = probed;
    const { signal } = preparing;
    const key = JSON.stringify([text, model, location, options]);
    const before = this.#before?.key === key ? this.#before.of : undefined;
    this.forget();
    const spec = before?.spec ?? withOptions(specOf(text, model), options);
    const seeded = withOptions(spec, { seed: spec.train.seed + seed });
    const how = { backend: backendFor(options), ...(before && { after: before.training }) };
    const training = await prepare(seeded, location, how, preparing);
    const run = new TrialRun(training);
    try {
      do {
        await run.advance(run.made + 1, signal);
      } while (!run.end && run.made < steps && run.elapsedMs < patienceMs);
      const shown = run.shown();
      this.#before = { key, of: { spec, training } };
      return shown;
    } finally {
      run.dispose();
    }
  }

  /** Lets go of the memory that the latest model takes. */
  forget(): void {
    this.#before = undefined;
  }
}
