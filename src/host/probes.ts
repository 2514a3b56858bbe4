import * as vscode from "vscode";
import type { ModelDigest } from "../model/digest.ts";
import type { TrialRun } from "../protocol/trials.ts";
import { isModelFile, type Models } from "./models.ts";
import { Probe, SEEDS } from "./probe.ts";
import { requestOf } from "./request.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import type { Trainer } from "./trainer.ts";

/** Steps of each, as far as the time allows, in milliseconds. */
const STEPS = 20;
const PATIENCE_MS = 60;

/** Above so many parameters the first step alone takes longer than one waits for while typing. */
const LARGEST = 5_000_000;

/**
 * An edit that leaves a model that can run makes it run a few steps, while nothing else does, so that its figures follow the text.
 * Files that are only opened are left alone. The next edit, a run, and the closing of the file end it.
 */
export class Probes implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #trainer: Trainer;
  /** Of every model of a document, what it came to when it was read the last time. */
  readonly #seen = new WeakMap<vscode.TextDocument, ReadonlyMap<string, string>>();
  /** Grows with everything that makes a probe that goes on one of the past. */
  #turn = 0;
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, trainer: Trainer) {
    this.#models = models;
    this.#runs = runs;
    this.#trainer = trainer;
    this.#subscriptions = [
      models.onDidParse((document) => void this.#parsed(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isModelFile(document)) this.#cancel();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (!isModelFile(document)) return;
        this.#cancel();
        runs.forgetProbes(document.uri);
      }),
      runs.onDidChange(({ what }) => {
        if (what === "added") this.#cancel();
      }),
    ];
  }

  #cancel(): void {
    this.#turn++;
    this.#trainer.stopProbe();
  }

  async #parsed(document: vscode.TextDocument): Promise<void> {
    const before = this.#seen.get(document);
    const models = this.#models.of(document).models.filter(({ spec }) => spec);
    this.#seen.set(document, new Map(models.map(({ name, spec }) => [name, spec?.fingerprint ?? ""])));
    if (!before || !settings.probe() || !vscode.workspace.isTrusted) return;
    const changed = models.filter(({ name, spec }) => spec && before.get(name) !== spec.fingerprint);
    const turn = ++this.#turn;
    for (const model of changed) {
      if (this.#turn !== turn || this.#trainer.active()) return;
      if (this.#isKnown(document, model) || (model.spec?.parameters ?? 0) > LARGEST) continue;
      await this.#probe(document, model, turn);
    }
  }

  /** A run has shown what it does already. */
  #isKnown({ uri }: vscode.TextDocument, { name, spec }: ModelDigest): boolean {
    const latest = [this.#runs.latest(uri, name), this.#runs.probe(uri, name)];
    return latest.some(
      (run) => run !== undefined && run.step > 0 && run.origin.fingerprint === spec?.fingerprint,
    );
  }

  async #probe(document: vscode.TextDocument, model: ModelDigest, turn: number): Promise<void> {
    const isPast = (): boolean => this.#turn !== turn || document.isClosed;
    try {
      const info = await this.#models.expected(document, model.name);
      const request = requestOf(document, model, info, { threads: 1 });
      if (typeof request === "string" || isPast()) return;
      const { source, options } = request;
      const seeds: TrialRun[] = [];
      for (let seed = 0; seed < SEEDS; seed++) {
        seeds.push(
          await this.#trainer.probe({
            source,
            model: model.name,
            options,
            seed,
            steps: STEPS,
            patienceMs: PATIENCE_MS,
          }),
        );
        if (isPast()) return;
        const [own, ...others] = seeds;
        // Figures come with the first; what is found only when all have had their say.
        if (own && (seed === 0 || seed === SEEDS - 1))
          this.#runs.probed(new Probe(request, [own, ...others]));
      }
    } catch {
      // Ended by what came after it, or the files do not serve: the check of the data says why.
    }
  }

  dispose(): void {
    this.#turn++;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
