import { setImmediate } from "node:timers/promises";
import { type Moment, spectrumOf } from "../engine/spectrum/spectrum.ts";
import type { Training } from "../engine/training/training.ts";
import { t } from "../l10n/translate.ts";
import type { PartPath, Spectrum } from "../protocol/spectrum.ts";

/** How long the thread computes before it looks for messages, in milliseconds. */
const SLICE_MS = 10;

/** Parameters up to which a model's weights are held after its run, for questions about it: 16 MiB. */
const MOST_HELD = 2 ** 22;

type Trained = Pick<Training, "spec" | "info" | "weights" | "firstInput">;

/** The model that was started last, with its weights. */
export class LastModel {
  #run: { readonly training: Trained; readonly made: () => number } | undefined;
  #held: Moment | undefined;

  /** A run begins. `made`: the steps that it has made. */
  begins(training: Trained, made: () => number): void {
    this.#run = { training, made };
    this.#held = undefined;
  }

  /** The run has ended: its memory goes, but for the weights, where they are small. */
  ends(): void {
    if (this.#run && this.#run.training.info.parameters <= MOST_HELD) this.#held = this.now();
    this.#run = undefined;
  }

  /** Throws in words where there is none. */
  now(): Moment {
    if (this.#held) return this.#held;
    if (!this.#run)
      throw new Error(t`no weights are held: a spectrum needs a run that goes on, is paused, or was small`);
    const { training, made } = this.#run;
    return { spec: training.spec, weights: training.weights(), input: training.firstInput(), step: made() };
  }
}

/** The spectrum of a part; lets messages through. Rejects with the signal's reason. */
export async function computeSpectrum(
  moment: Moment,
  path: PartPath,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (share: number) => void },
): Promise<Spectrum> {
  const steps = spectrumOf(moment, path);
  for (let share = 0; ;) {
    const started = performance.now();
    do {
      const next = steps.next();
      if (next.done) return next.value;
      share = next.value;
    } while (performance.now() - started < SLICE_MS);
    progress(share);
    await setImmediate();
    signal.throwIfAborted();
  }
}
