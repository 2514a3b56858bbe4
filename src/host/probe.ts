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
  readonly #request: RunRequest;
  readonly #others: Run[] = [];
  #rules: RuleSettings = {};

  /** With the model's own seed. */
  constructor(request: RunRequest, own: TrialRun) {
    super(0, request);
    this.#request = request;
    made(this, own);
  }

  /** From other initial weights. */
  add(seed: TrialRun): void {
    const run = made(new Run(0, this.#request), seed);
    run.judge(this.#rules);
    this.#others.push(run);
  }

  override judge(rules: RuleSettings): void {
    super.judge(rules);
    this.#rules = rules;
    for (const run of this.#others) run.judge(rules);
  }

  /** No other seed is asked: all have had their say, or there is nothing left that they could share. */
  get isComplete(): boolean {
    return this.#others.length === SEEDS - 1 || this.#shared().findings.length === 0;
  }

  /** Nothing before it is complete: what another seed does not share would have to be taken back. */
  override findings(): Summary {
    const shared = this.#shared();
    return this.isComplete ? shared : { ...shared, findings: [], marks: shared.marks.map(() => "even") };
  }

  #shared(): Summary {
    return probed([super.findings(), ...this.#others.map((run) => run.findings())]);
  }
}

function made(run: Run, { info, history, end }: TrialRun): Run {
  run.prepared({ info, files: [] }, false);
  run.append(history);
  run.finish(end);
  return run;
}
