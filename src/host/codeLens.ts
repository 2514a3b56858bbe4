import * as vscode from "vscode";
import type { HeldLayer, HeldModel } from "../model/held.ts";
import { LatestRuns } from "./figures.ts";
import { Announcer } from "./lensAnnouncer.ts";
import { exportCommand, figuresCommand, resultCommand, runCommand, shapesCommand } from "./lensCommands.ts";
import { isModelFile, type Models } from "./models.ts";
import { rangeOf } from "./place.ts";
import type { Runs } from "./runs.ts";
import { settings, type LensSettings } from "./settings.ts";
import { isInSight, MARGIN_LINES } from "./sight.ts";
import type { ProgramAnchors } from "./watch/programAnchors.ts";
import { programLenses } from "./watch/programLenses.ts";

/** A run shows its first figures sooner than this, as a rule: lenses that change twice within it are drawn once. */
const FIRST_FIGURES_MS = 150;
/** A text that takes longer to read is shown as it was until it has been read. */
const PATIENCE_MS = 200;

/** A lens above a layer, which gets its words when it comes into sight. */
class LayerLens extends vscode.CodeLens {
  readonly document: vscode.TextDocument;
  readonly model: HeldModel;
  readonly layer: HeldLayer;

  constructor(document: vscode.TextDocument, model: HeldModel, layer: HeldLayer) {
    super(rangeOf({ start: layer.start, end: layer.start }));
    this.document = document;
    this.model = model;
    this.layer = layer;
  }
}

/**
 * Lenses above models and layers. Their set depends on the text alone; while a run goes on only their words change, and while
 * somebody types they stay as they were until the text is right again.
 */
export class Lenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #programs: ProgramAnchors;
  readonly #announcer: Announcer;
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, programs: ProgramAnchors) {
    this.#programs = programs;
    this.#models = models;
    this.#runs = runs;
    this.#announcer = new Announcer(() => onScreen().filter((document) => isModelFile(document) || programs.has(document)));
    this.onDidChangeCodeLenses = this.#announcer.event;
    this.#subscriptions = [
      runs.onDidChange(({ what }) => {
        if (what === "added") setTimeout(() => this.refresh(), FIRST_FIGURES_MS);
        else if (what === "frames" || what === "moment") this.refresh();
        else this.#announcer.now();
      }),
      runs.onDidProbe(() => this.#announcer.now()),
      vscode.window.onDidChangeActiveTextEditor(() => this.focusLost()),
      vscode.window.onDidChangeWindowState(() => this.focusLost()),
    ];
  }

  /** What lenses say has changed. */
  refresh(): void {
    this.#announcer.soon();
  }

  /** Something else has the focus now, and VS Code may have forgotten what it was told of while an editor had it. */
  focusLost(): void {
    this.#announcer.now();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    this.#announcer.asked(document);
    if (!isModelFile(document)) return [...programLenses(document, this.#programs, settings.lenses())];
    await this.#models.readWithin(document, PATIENCE_MS);
    const shown = settings.lenses();
    const latest = new LatestRuns(this.#models, this.#runs, document);
    const models = this.#models.held(document)?.models ?? [];
    return models.flatMap((model) => [
      ...this.#ofModel(document, model, latest, shown),
      ...ofLayers(document, model, latest, shown),
    ]);
  }

  resolveCodeLens(lens: vscode.CodeLens): vscode.CodeLens {
    if (!(lens instanceof LayerLens)) return lens;
    const latest = new LatestRuns(this.#models, this.#runs, lens.document);
    lens.command = layerCommand(lens, latest, settings.lenses()) ?? { title: "", command: "" };
    return lens;
  }

  #ofModel(
    document: vscode.TextDocument,
    model: HeldModel,
    latest: LatestRuns,
    shown: LensSettings,
  ): vscode.CodeLens[] {
    if (!model.start) return [];
    const { uri } = document;
    const range = rangeOf({ start: model.start, end: model.start });
    const { run, stale = false } = latest.of(model.name) ?? {};
    const commands = [
      shown.run && runCommand(uri, model, this.#models.of(document).problems, run),
      shown.result && run && resultCommand(run, stale),
      shown.export && exportCommand(uri, model),
    ];
    return commands.flatMap((command) => (command ? [new vscode.CodeLens(range, command)] : []));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#announcer.dispose();
  }
}

/** Those in sight with their words, the others without. */
function ofLayers(
  document: vscode.TextDocument,
  model: HeldModel,
  latest: LatestRuns,
  shown: LensSettings,
): vscode.CodeLens[] {
  const inSight = isInSight(document, MARGIN_LINES);
  return model.layers.flatMap((layer) => {
    const lens = new LayerLens(document, model, layer);
    if (hasLens(layer, shown) && !inSight(layer.start.line)) return [lens];
    const command = layerCommand(lens, latest, shown);
    if (command) lens.command = command;
    return command ? [lens] : [];
  });
}

/** Whatever its lens says: there is one. */
const hasLens = ({ isKnown }: HeldLayer, { gradients, activations, shapes }: LensSettings): boolean =>
  isKnown && gradients && activations && shapes;

function layerCommand(
  { layer, model }: LayerLens,
  latest: LatestRuns,
  shown: LensSettings,
): vscode.Command | undefined {
  const figures = latest.figures(layer);
  return figures ? figuresCommand(figures, shown) : shapesCommand(layer, model.stale, shown);
}

const onScreen = (): readonly vscode.TextDocument[] =>
  vscode.window.visibleTextEditors.map(({ document }) => document);
