import * as vscode from "vscode";
import type { ParsedModel } from "../model/parse.ts";
import { LENS_HINTS } from "../text/explain.ts";
import { activationLens, gradientLens, problemsLens, runLens, shapeLens } from "../text/lens.ts";
import { outcome, short } from "../text/run.ts";
import { isModelFile, outline, type Declared, type Figures, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { settings, type LensSettings } from "./settings.ts";
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
    if (reminders === 0) return;
    this.#reminder = setTimeout(() => {
      if (this.#isAwaited()) this.#fireAndRemind(reminders - 1);
    }, FORGOTTEN_MS);
  }

  #isAwaited = (): boolean => onScreen().some((document) => this.#awaited.has(document));

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    this.#awaited.delete(document);
    const shown = settings.lenses();
    const lenses: vscode.CodeLens[] = [];
    const add = (offset: number, command: vscode.Command | undefined): void => {
      const position = document.positionAt(offset);
      if (command) lenses.push(new vscode.CodeLens(new vscode.Range(position, position), command));
    };
    for (const model of this.#models.of(document).models) {
      const run = this.#runs.latest(document.uri, model.name);
      if (shown.run) add(model.key.offset, this.#runCommand(document, model, run));
      if (shown.result && run) add(model.key.offset, resultCommand(run, this.#models.isStale(run)));
    }
    for (const declared of this.#models.declared(document)) {
      const figures = this.#models.figures(document, declared, this.#runs);
      add(declared.at.offset, figures ? figuresCommand(figures, shown) : shapesCommand(declared, shown));
    }
    return lenses;
  }

  #runCommand(document: vscode.TextDocument, model: ParsedModel, run: Run | undefined): vscode.Command {
    if (run && !run.end) return { title: "■ Stop", tooltip: LENS_HINTS.stop, command: "gradlens.stop" };
    if (!model.spec) {
      const title = problemsLens(errorsOf(this.#models.of(document), model.name));
      return { title, tooltip: LENS_HINTS.problems, command: "gradlens.showProblems" };
    }
    return {
      title: runLens(outline(model.spec).rows.length, model.parameters ?? 0),
      tooltip: LENS_HINTS.run,
      command: "gradlens.run",
      arguments: [document.uri, model.name],
    };
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

/** Errors of the model's own text; those of the whole file where it has none of its own. */
function errorsOf({ problems }: ReturnType<Models["of"]>, model: string): number {
  const errors = problems.filter(({ severity }) => severity === "error");
  return errors.filter(({ path }) => path[0] === "models" && path[1] === model).length || errors.length;
}

const LONGEST_RESULT = 120;

function resultCommand(run: Run, stale: boolean): vscode.Command {
  const text = short(outcome(run.summary(stale)), LONGEST_RESULT);
  if (!stale || !run.end) {
    return { title: text, tooltip: LENS_HINTS.result, command: "gradlens.showLayer", arguments: [run.id] };
  }
  const title = `↻ Run again: changed since · (stale) ${text}`;
  const { uri, model } = run.origin;
  return { title, tooltip: LENS_HINTS.again, command: "gradlens.run", arguments: [uri, model] };
}

/** The figures of the latest run that the declaration takes part in. */
function figuresCommand(figures: Figures, shown: LensSettings): vscode.Command | undefined {
  const { run, rows } = figures;
  const { layers } = run.info;
  const kind = rows.some((row) => layers[row]?.stats.includes("grad_norm")) ? "gradients" : "activations";
  if (!shown[kind]) return undefined;
  const at = { ...figures, layers };
  return {
    title: kind === "gradients" ? gradientLens(at) : activationLens(at),
    tooltip: LENS_HINTS[kind],
    command: "gradlens.showLayer",
    arguments: [run.id, layers[rows[0] ?? 0]?.path],
  };
}

/** What the text alone says, until a run has figures: the line has its lens then already, and nothing moves. */
function shapesCommand({ uses }: Declared, shown: LensSettings): vscode.Command | undefined {
  const use = uses.find(({ model }) => model.spec);
  if (!use?.model.spec || !shown.shapes) return undefined;
  const paths = new Set(use.paths);
  const rows = outline(use.model.spec).rows.filter(({ info }) => paths.has(info.path));
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return undefined;
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  const title = shapeLens(first.input, last.output, parameters, rows.length);
  return { title, tooltip: LENS_HINTS.shapes, command: "" };
}
