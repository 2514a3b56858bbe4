import * as vscode from "vscode";
import { isModelFile, openModelFiles, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Running } from "./running.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import type { Trainer } from "./trainer.ts";

/**
 * Where the user wants it, the models of a saved file that were run before and have changed since are run again, one after the
 * other in the order of the text. The next save replaces what still waits; a run that the user starts, or stops, ends it.
 */
export class Reruns implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #running: Running;
  readonly #trainer: Trainer;
  readonly #subscriptions: vscode.Disposable[];
  /** The latest runs of the models that still wait for their turn. */
  #waiting: Run[] = [];
  /** The run that is about to be made again. */
  #starting: Run | undefined;

  constructor(models: Models, runs: Runs, running: Running, trainer: Trainer) {
    this.#models = models;
    this.#runs = runs;
    this.#running = running;
    this.#trainer = trainer;
    this.#subscriptions = [
      vscode.workspace.onDidSaveTextDocument((document) => void this.#saved(document)),
      runs.onDidChange(({ run, what }) => {
        if (run.isWatched) return;
        if (what === "added" && !isSame(run, this.#starting)) this.#waiting = [];
        if (what === "state" && run.end) void this.#ended(run);
      }),
    ];
  }

  async #saved(document: vscode.TextDocument): Promise<void> {
    if (!settings.autoRun() || !isModelFile(document) || !vscode.workspace.isTrusted) return;
    const { models } = await this.#models.read(document);
    this.#waiting = models
      .flatMap(({ name }) => this.#runs.latest(document.uri, name) ?? [])
      .filter((run) => this.#isDue(run));
    const active = this.#trainer.active();
    // What goes on is waited for, unless it is itself of a model that has changed: that one begins anew, before the others.
    const outdated = this.#waiting.find((run) => run === active);
    if (outdated) this.#waiting = [outdated, ...this.#waiting.filter((run) => run !== outdated)];
    if (!active || outdated) await this.#next();
  }

  async #ended(run: Run): Promise<void> {
    if (this.#starting || this.#trainer.active()) return;
    // Whoever stops a run does not want the next one.
    if (run.end?.reason === "stopped") this.#waiting = [];
    await this.#next();
  }

  async #next(): Promise<void> {
    const due = this.#waiting.findIndex((run) => this.#isDue(run));
    const [last] = due < 0 ? [] : this.#waiting.splice(0, due + 1).slice(-1);
    if (!last) return;
    this.#starting = last;
    try {
      await this.#running.again(last);
    } finally {
      this.#starting = undefined;
    }
  }

  /** Whether the model of a run can run, and has changed since. */
  #isDue(run: Run): boolean {
    if (!this.#models.isStale(run)) return false;
    const { uri, model } = run.origin;
    const document = openModelFiles().find((one) => one.uri.toString() === uri?.toString());
    return !!document && this.#models.of(document).models.some(({ name, spec }) => name === model && spec);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#waiting = [];
  }
}

/** Whether two runs are of one model. */
const isSame = (a: Run, b: Run | undefined): boolean =>
  a.origin.model === b?.origin.model && a.origin.uri?.toString() === b.origin.uri?.toString();
