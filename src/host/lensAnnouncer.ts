import * as vscode from "vscode";
import { Throttle } from "./throttle.ts";

/** VS Code asks for lenses 250 ms after it was told, at the earliest, and draws them 250 ms after it has them. */
const EVERY_MS = 500;
/** On a machine that has something else to do it asks after so long: reminded just before, it would wait anew. */
const USUAL_MS = 450;
/** The shortest of so many waits counts: the others had something forgotten in them. */
const REMEMBERED = 4;
/** How many times the usual wait it may take before VS Code is taken to have forgotten. */
const PATIENCE = 1.5;
/** Where lenses are switched off nobody ever asks. Each reminder waits twice as long as the one before. */
const REMINDERS = 6;
/** Other extensions register lenses of their own so long after an editor has come on screen, as they start. */
const SETTLED_MS = [1_000, 5_000];

/**
 * Tells VS Code that lenses have changed, so that it asks for them. VS Code waits for a pause between such events before it
 * asks: told of every change it would not ask at all while a run goes on, so it is not told again while it has not asked. And it
 * forgets to ask when an editor loses the focus while it waits (to another view, say, which nobody is told of): then it is reminded.
 * When it asks it gets what is true then.
 */
export class Announcer implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly event = this.#changed.event;
  readonly #onScreen: () => readonly vscode.TextDocument[];
  readonly #throttle = new Throttle(
    () => EVERY_MS,
    () => {
      if (!this.#isAwaited()) this.now();
    },
  );
  /** Documents on screen that VS Code has been told of and has not asked about since. */
  readonly #awaited = new Set<vscode.TextDocument>();
  #toldMs = 0;
  #waits: readonly number[] = [USUAL_MS];
  #reminder: NodeJS.Timeout | undefined;
  #settling: readonly NodeJS.Timeout[] = [];

  /** `onScreen`: the documents that VS Code asks about. */
  constructor(onScreen: () => readonly vscode.TextDocument[]) {
    this.#onScreen = onScreen;
  }

  /** Something has changed that changes often. */
  soon(): void {
    this.#throttle.request();
  }

  /**
   * Something has changed that changes seldom, and that may be the last change for long (a run has ended); or the focus has gone
   * elsewhere, and what VS Code was told of may be forgotten.
   */
  now(): void {
    this.#tell(REMINDERS, Math.max(USUAL_MS, Math.min(...this.#waits)) * PATIENCE);
  }

  /**
   * An editor has come on screen. Each extension that registers lenses makes VS Code show those that it remembers, which cannot
   * be clicked, until it has asked all anew; what it forgets when the focus goes elsewhere meanwhile.
   */
  shown(): void {
    this.#settling.forEach(clearTimeout);
    this.#settling = SETTLED_MS.map((ms) => setTimeout(() => this.now(), ms));
  }

  /** VS Code asks for a document's lenses. */
  asked(document: vscode.TextDocument): void {
    if (!this.#awaited.delete(document)) return;
    this.#waits = [performance.now() - this.#toldMs, ...this.#waits].slice(0, REMEMBERED);
  }

  dispose(): void {
    clearTimeout(this.#reminder);
    this.#settling.forEach(clearTimeout);
    this.#throttle.dispose();
    this.#changed.dispose();
  }

  #tell(reminders: number, patienceMs: number): void {
    this.#awaited.clear();
    for (const document of this.#onScreen()) this.#awaited.add(document);
    this.#toldMs = performance.now();
    this.#changed.fire();
    clearTimeout(this.#reminder);
    this.#reminder = setTimeout(() => {
      if (this.#isAwaited() && reminders > 0) this.#tell(reminders - 1, patienceMs * 2);
      else this.#awaited.clear();
    }, patienceMs);
  }

  #isAwaited = (): boolean => this.#onScreen().some((document) => this.#awaited.has(document));
}
