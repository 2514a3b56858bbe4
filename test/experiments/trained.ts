import { type Experiment, SEEDS } from "./experiment.ts";
import { list } from "./figures.ts";
import { type Model, type Run, type Settings, train } from "./training.ts";

/** An experiment that is one figure of a training, for each seed. */
export interface Trained extends Pick<Experiment, "name" | "expected" | "agrees"> {
  readonly model: Model;
  /** Absent: `SEEDS`. */
  readonly seeds?: readonly number[];
  settings?(seed: number): Settings;
  figure(run: Run): number;
  show?(figures: readonly number[]): string;
}

export const trained = ({
  name,
  expected,
  agrees,
  model,
  seeds = SEEDS,
  settings,
  figure,
  show = list,
}: Trained): Experiment => ({
  name,
  expected,
  agrees,
  seeds,
  async measure() {
    const figures: number[] = [];
    let engine = "";
    for (const seed of seeds) {
      const run = await train(model, seed, settings?.(seed));
      figures.push(figure(run));
      ({ engine } = run.info);
    }
    return { figures, text: show(figures), engine };
  },
});
