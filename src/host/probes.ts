import * as vscode from "vscode";
import { JUDGED_FROM } from "../insight/training.ts";
import type { ModelDigest } from "../model/digest.ts";
import { ClosedError, messageOf } from "../protocol/rpc.ts";
import type { TrialRun } from "../protocol/trials.ts";
import { isModelFile, type Models } from "./models.ts";
import { Probe, SEEDS } from "./probe.ts";
import { requestOf } from "./request.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { Debounce } from "./throttle.ts";
import type { Trainer } from "./trainer.ts";

/** Steps of each, as far as the time allows: so many it takes before a run is judged by its loss. */
const STEPS = JUDGED_FROM;
/** Of each, in milliseconds: without all of its steps there is little that a probe can find. The next edit ends it at any time. */
const PATIENCE_MS = 500;

/**
 * How long the text must have been quiet: 50 layers take 60 ms of computing with the first seed and 40 ms with each other one, and all
 * is to be there 300 ms after an edit.
 */
const QUIET_MS = 75;

/** Above so many parameters the first step alone takes longer than one waits for while typing. */
const LARGEST = 5_000_000;

type Prober = Pick<Trainer, "active" | "probe" | "stopProbe">;

/**
 * An edit that leaves a model that can run makes it run a few steps, while nothing else does, so that its figures follow the text.
 * Files that are only opened are left alone. The next edit, a run, and the closing of the file end it; `failed` is told of anything
 * else that does.
 */
export class Probes implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #trainer: Prober;
  readonly #failed: (model: string, reason: string) => void;
  /** Of every model of a document, what it came to when it was read the last time. */
  readonly #seen = new WeakMap<vscode.TextDocument, ReadonlyMap<string, string>>();
  /** Grows with everything that makes a probe that goes on one of the past. */
  #turn = 0;
  readonly #quiet = new Debounce<vscode.TextDocument>(QUIET_MS, (document) => void this.#follow(document));
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, trainer: Prober, failed: (model: string, reason: string) => void) {
    this.#models = models;
    this.#runs = runs;
    this.#trainer = trainer;
    this.#failed = failed;
    this.#subscriptions = [
      models.onDidParse((document) => void this.#follow(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !isModelFile(document)) return;
        this.#cancel();
        this.#quiet.request(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (!isModelFile(document)) return;
        this.#quiet.cancel(document);
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

  async #follow(document: vscode.TextDocument): Promise<void> {
    await this.#models.read(document);
    if (document.isClosed) return;
    const before = this.#seen.get(document);
    const models = this.#models.of(document).models.filter(({ spec }) => spec);
    // What a mistake elsewhere hides for a while has not changed when it is back.
    const now = models.map(({ name, spec }) => [name, spec?.fingerprint ?? ""] as const);
    this.#seen.set(document, new Map([...(before ?? []), ...now]));
    if (!before || !settings.probe() || !vscode.workspace.isTrusted) return;
    const changed = models.filter(({ name, spec }) => spec && before.get(name) !== spec.fingerprint);
    if (changed.length === 0) return;
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
        const steps = await this.#trainer.probe({
          source,
          model: model.name,
          options,
          seed,
          isLast: seed === SEEDS - 1,
          steps: STEPS,
          patienceMs: PATIENCE_MS,
        });
        if (!steps || isPast()) return;
        seeds.push(steps);
        const [own, ...others] = seeds;
        // Figures come with the first; what is found only when all have had their say.
        if (own && (seed === 0 || seed === SEEDS - 1))
          this.#runs.probed(new Probe(request, [own, ...others]));
      }
    } catch (error) {
      // A thread that ended says so itself. Anything else is a mistake of ours.
      if (!(error instanceof ClosedError)) this.#failed(model.name, messageOf(error));
    }
  }

  dispose(): void {
    this.#turn++;
    this.#quiet.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
