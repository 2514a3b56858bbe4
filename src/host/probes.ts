import * as vscode from "vscode";
import { JUDGED_FROM } from "../insight/training.ts";
import type { ModelDigest } from "../model/digest.ts";
import { ClosedError, messageOf } from "../protocol/rpc.ts";
import type { TrialRun } from "../protocol/trials.ts";
import { isModelFile, type Models } from "./models.ts";
import { Probe } from "./probe.ts";
import { requestOf, sourceOf } from "./request.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { Debounce } from "./throttle.ts";
import type { Trainer } from "./trainer.ts";

/** Steps of each, as far as the time allows: so many it takes before a run is judged by its loss. */
const STEPS = JUDGED_FROM;
/**
 * Of each, in milliseconds, on a machine that has much else to do: without all of its steps there is little that a probe can find.
 * The next edit ends it at any time.
 */
const PATIENCE_MS = 2000;

/** How long the text must have been quiet while somebody types. */
const QUIET_MS = 75;

/** Somebody who has not typed for so long begins anew: that edit is probed at once, and the next one ends it. */
const REST_MS = 400;
/** A file of more lines takes so long to read that nothing is begun while more may be typed. */
const MOST_LINES = 2000;

/** A probe computes as little as it can beside the editor. */
const OPTIONS = { threads: 1 } as const;

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
  /** Of every model of a document, what it came to when it was looked at the last time. */
  readonly #seen = new WeakMap<vscode.TextDocument, Map<string, string>>();
  /** Grows with everything that makes a probe that goes on one of the past. */
  #turn = 0;
  readonly #quiet = new Debounce<vscode.TextDocument>(
    QUIET_MS,
    (document) => void this.#follow(document),
    ({ lineCount }) => (lineCount > MOST_LINES ? Infinity : REST_MS),
  );
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, trainer: Prober, failed: (model: string, reason: string) => void) {
    this.#models = models;
    this.#runs = runs;
    this.#trainer = trainer;
    this.#failed = failed;
    this.#subscriptions = [
      models.onDidParse((document) => {
        if (!this.#seen.has(document)) void this.#follow(document);
      }),
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
    const models = this.#models.of(document).models.filter(({ spec }) => spec);
    const before = this.#seen.get(document);
    if (!before || !settings.probe() || !vscode.workspace.isTrusted) {
      // What a mistake elsewhere hides for a while has not changed when it is back.
      this.#seen.set(document, new Map([...(before ?? []), ...models.map(nameAndPrint)]));
      return;
    }
    const changed = models.filter((model) => before.get(model.name) !== printOf(model));
    if (changed.length === 0) return;
    const turn = ++this.#turn;
    for (const model of changed) {
      if (this.#turn !== turn || this.#trainer.active()) return;
      if (!this.#isKnown(document, model) && (model.spec?.parameters ?? 0) <= LARGEST)
        await this.#probe(document, model, turn);
      // One that an edit has ended is still to be made, also where that edit has changed nothing.
      if (this.#turn === turn) before.set(...nameAndPrint(model));
    }
  }

  /** A run has shown what it does already. */
  #isKnown({ uri }: vscode.TextDocument, model: ModelDigest): boolean {
    const run = this.#runs.latest(uri, model.name);
    const probe = this.#runs.probe(uri, model.name);
    const isOfIt = ({ origin }: Run): boolean => origin.fingerprint === printOf(model);
    return (
      (run !== undefined && run.step > 0 && isOfIt(run)) ||
      (probe !== undefined && probe.isComplete && isOfIt(probe))
    );
  }

  async #probe(document: vscode.TextDocument, model: ModelDigest, turn: number): Promise<void> {
    const isPast = (): boolean => this.#turn !== turn || document.isClosed;
    const source = sourceOf(document);
    if (!source) return;
    const ask = (seed: number): Promise<TrialRun | undefined> =>
      this.#trainer.probe({
        source,
        model: model.name,
        options: OPTIONS,
        seed,
        steps: STEPS,
        patienceMs: PATIENCE_MS,
      });
    const settled = this.#runs.probing(document.uri);
    try {
      const [own, info] = await Promise.all([ask(0), this.#models.expected(document, model.name)]);
      if (!own || isPast()) return;
      const request = requestOf(document, model, info, OPTIONS);
      if (typeof request === "string") return;
      const probe = this.#runs.judged(new Probe(request, own));
      for (let seed = 1; ; seed++) {
        // The worker goes on while what it has found is drawn.
        const next = probe.isComplete ? undefined : ask(seed);
        // Figures come with the first; what is found only when all have had their say.
        if (seed === 1 || !next) this.#runs.probed(probe);
        const steps = await next;
        if (!steps || isPast()) return;
        probe.add(steps);
      }
    } catch (error) {
      // A thread that ended says so itself. Anything else is a mistake of ours.
      if (!(error instanceof ClosedError)) this.#failed(model.name, messageOf(error));
    } finally {
      if (!isPast()) this.#trainer.stopProbe(); // it need not keep what it has compiled for another seed
      settled();
    }
  }

  dispose(): void {
    this.#turn++;
    this.#quiet.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

const printOf = ({ spec }: ModelDigest): string => spec?.fingerprint ?? "";

const nameAndPrint = (model: ModelDigest) => [model.name, printOf(model)] as const;
