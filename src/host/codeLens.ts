import * as vscode from "vscode";
import { exportCommand, figuresCommand, resultCommand, runCommand, shapesCommand } from "./lensCommands.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Runs } from "./runs.ts";
import type { LensCommand } from "./say.ts";
import { settings } from "./settings.ts";
import { Throttle } from "./throttle.ts";

/** VS Code itself asks for lenses at most every 250 ms. */
const EVERY_MS = 500;
/** A change that VS Code has not asked about for so long is told of again: it forgets them when an editor loses the focus. */
const FORGOTTEN_MS = 3000;
/** Where lenses are switched off nobody ever asks. */
const REMINDERS = 3;
/** A run shows its first figures sooner than this, as a rule: lenses that change twice within it are drawn once. */
const FIRST_FIGURES_MS = 150;

/** Lenses above models and layers. Their set depends on the text alone; while a run goes on only their words change. */
export class Lenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #fire = new Throttle(
    () => EVERY_MS,
    () => this.#fireUnlessAwaited(),
  );
  /** Documents on screen that VS Code has been told of and has not asked about since. */
  readonly #awaited = new Set<vscode.TextDocument>();
  #reminder: NodeJS.Timeout | undefined;
  readonly #subscription: vscode.Disposable;

  constructor(models: Models, runs: Runs) {
    this.#models = models;
    this.#runs = runs;
    this.#subscription = runs.onDidChange(({ what }) => {
      if (what === "added") setTimeout(() => this.refresh(), FIRST_FIGURES_MS);
      else this.refresh();
    });
  }

  /**
   * VS Code shows lenses of before, which do nothing, until it has asked again, and forgets to ask when the editor loses the
   * focus meanwhile: whatever takes it (the panel) has this called.
   */
  refresh(): void {
    this.#fire.request();
  }

  /**
   * VS Code waits for a pause between changes before it asks, and the slower the answers were the longer: told of every
   * change, it would not ask at all while a run goes on. When it asks it gets what is true then.
   */
  #fireUnlessAwaited(): void {
    if (!this.#isAwaited()) this.#fireAndRemind(REMINDERS);
  }

  #fireAndRemind(reminders: number): void {
    clearTimeout(this.#reminder);
    this.#awaited.clear();
    for (const document of onScreen()) this.#awaited.add(document);
    this.#changed.fire();
    this.#reminder = setTimeout(() => {
      if (this.#isAwaited() && reminders > 0) this.#fireAndRemind(reminders - 1);
      else this.#awaited.clear();
    }, FORGOTTEN_MS);
  }

  #isAwaited = (): boolean => onScreen().some((document) => this.#awaited.has(document));

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    this.#awaited.delete(document);
    const shown = settings.lenses();
    const lenses: vscode.CodeLens[] = [];
    const add = (offset: number, command: LensCommand | undefined): void => {
      const position = document.positionAt(offset);
      if (command) lenses.push(new vscode.CodeLens(new vscode.Range(position, position), command));
    };
    const parsed = this.#models.of(document);
    for (const model of parsed.models) {
      const run = this.#runs.latest(document.uri, model.name);
      if (shown.run) add(model.key.offset, runCommand(document.uri, model, parsed, run));
      if (shown.result && run) add(model.key.offset, resultCommand(run, this.#models.isStale(run)));
      if (shown.export) add(model.key.offset, exportCommand(document.uri, model));
    }
    for (const declared of this.#models.declared(document)) {
      const figures = this.#models.figures(document, declared, this.#runs);
      add(declared.at.offset, figures ? figuresCommand(figures, shown) : shapesCommand(declared, shown));
    }
    return lenses;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#fire.dispose();
    clearTimeout(this.#reminder);
    this.#changed.dispose();
  }
}

const onScreen = (): readonly vscode.TextDocument[] =>
  vscode.window.visibleTextEditors.map(({ document }) => document).filter(isModelFile);
