import * as vscode from "vscode";
import { Throttle } from "./throttle.ts";

/** VS Code itself asks for lenses at most every 250 ms. */
const EVERY_MS = 500;
/** It asks so long after it was told, as a rule; the slower the answers were, the later. */
const USUAL_MS = 300;
/** How many times the usual wait it may take before VS Code is taken to have forgotten. */
const PATIENCE = 1.4;
/** Where lenses are switched off nobody ever asks. Each reminder waits twice as long as the one before. */
const REMINDERS = 4;

/**
 * Tells VS Code that lenses have changed, so that it asks for them. VS Code waits for a pause between such events before it
 * asks: told of every change it would not ask at all while a run goes on, so it is not told again while it has not asked. And it
 * forgets to ask when an editor loses the focus while it waits (to the panel, say, which nobody is told of): then it is reminded.
 * When it asks it gets what is true then.
 */
export class Announcer implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly event = this.#changed.event;
  readonly #onScreen: () => readonly vscode.TextDocument[];
  readonly #throttle = new Throttle(
    () => EVERY_MS,
    () => this.now(),
  );
  /** Documents on screen that VS Code has been told of and has not asked about since. */
  readonly #awaited = new Set<vscode.TextDocument>();
  #toldMs = 0;
  #waitMs = USUAL_MS;
  #reminder: NodeJS.Timeout | undefined;

  /** `onScreen`: the documents that VS Code asks about. */
  constructor(onScreen: () => readonly vscode.TextDocument[]) {
    this.#onScreen = onScreen;
  }

  /** Something has changed that changes often. */
  soon(): void {
    this.#throttle.request();
  }

  /** Something has changed that nobody should wait for. */
  now(): void {
    if (!this.#isAwaited()) this.#tell(REMINDERS, this.#waitMs * PATIENCE);
  }

  /** The focus has gone elsewhere: what VS Code was told of may be forgotten. */
  again(): void {
    this.#tell(REMINDERS, this.#waitMs * PATIENCE);
  }

  /** VS Code asks for a document's lenses. */
  asked(document: vscode.TextDocument): void {
    if (!this.#awaited.delete(document)) return;
    const took = performance.now() - this.#toldMs;
    this.#waitMs = Math.max(USUAL_MS, (this.#waitMs + took) / 2);
  }

  dispose(): void {
    clearTimeout(this.#reminder);
    this.#throttle.dispose();
    this.#changed.dispose();
  }

  #tell(reminders: number, patienceMs: number): void {
    clearTimeout(this.#reminder);
    this.#awaited.clear();
    for (const document of this.#onScreen()) this.#awaited.add(document);
    this.#toldMs = performance.now();
    this.#changed.fire();
    this.#reminder = setTimeout(() => {
      if (this.#isAwaited() && reminders > 0) this.#tell(reminders - 1, patienceMs * 2);
      else this.#awaited.clear();
    }, patienceMs);
  }

  #isAwaited = (): boolean => this.#onScreen().some((document) => this.#awaited.has(document));
}
