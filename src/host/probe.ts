import { probed } from "../insight/findings/probed.ts";
import type { Summary } from "../insight/findings/summarise.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { TrialRun } from "../protocol/trials.ts";
import { Run } from "./run.ts";
import type { RunRequest } from "./runOrigin.ts";

/** Initial weights that a model is probed with. */
export const SEEDS = 3;

/** The first steps of a model as the text says it, from several initial weights: figures of the first, findings of all. */
export class Probe extends Run {
  /** With all seeds: what was found holds for each. */
  readonly isComplete: boolean;
  readonly #others: readonly Run[];

  /** `seeds`: the model's own first. */
  constructor(request: RunRequest, seeds: readonly [TrialRun, ...TrialRun[]]) {
    super(0, request);
    this.isComplete = seeds.length === SEEDS;
    const [own, ...others] = seeds;
    this.#others = others.map((seed) => made(new Run(0, request), seed));
    made(this, own);
  }

  override judge(rules: RuleSettings): void {
    super.judge(rules);
    for (const run of this.#others) run.judge(rules);
  }

  override findings(): Summary {
    return probed([super.findings(), ...this.#others.map((run) => run.findings())]);
  }
}

function made(run: Run, { info, history, end }: TrialRun): Run {
  run.prepared({ info, files: [] }, false);
  run.append(history);
  run.finish(end);
  return run;
}
