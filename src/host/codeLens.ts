import * as vscode from "vscode";
import type { HeldLayer, HeldModel } from "../model/held.ts";
import { LatestRuns } from "./figures.ts";
import type { Findings, Gravest } from "./findings.ts";
import { Announcer } from "./lensAnnouncer.ts";
import {
  exportCommand,
  figuresCommand,
  findingCommand,
  pinCommand,
  resultCommand,
  runCommand,
  shapesCommand,
} from "./lensCommands.ts";
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

/** What lenses of a document are made from. */
interface Sight {
  readonly latest: LatestRuns;
  readonly gravest: Gravest;
  readonly shown: LensSettings;
}

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
  readonly #findings: Findings;
  readonly #programs: ProgramAnchors;
  readonly #announcer: Announcer;
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, findings: Findings, programs: ProgramAnchors) {
    this.#models = models;
    this.#runs = runs;
    this.#findings = findings;
    this.#programs = programs;
    this.#announcer = new Announcer(() =>
      onScreen().filter((document) => isModelFile(document) || programs.has(document)),
    );
    this.onDidChangeCodeLenses = this.#announcer.event;
    this.#subscriptions = [
      runs.onDidChange(({ what }) => {
        if (what === "added") setTimeout(() => this.refresh(), FIRST_FIGURES_MS);
        else if (what === "frames" || what === "moment") this.refresh();
        else this.#announcer.now();
      }),
      runs.onDidProbe(() => this.#announcer.now()),
      findings.onDidFind(() => this.refresh()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#announcer.shown()),
      vscode.window.onDidChangeActiveTextEditor(() => this.focusLost()),
      vscode.window.onDidChangeWindowState(() => this.focusLost()),
    ];
    this.#announcer.shown();
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
    if (!isModelFile(document))
      return [...programLenses(document, this.#programs, this.#findings, settings.lenses())];
    await this.#models.readWithin(document, PATIENCE_MS);
    const sight = this.#sightOf(document);
    const models = this.#models.held(document)?.models ?? [];
    return models.flatMap((model) => [
      ...this.#ofModel(document, model, sight),
      ...ofLayers(document, model, sight),
    ]);
  }

  resolveCodeLens(lens: vscode.CodeLens): vscode.CodeLens {
    if (!(lens instanceof LayerLens)) return lens;
    lens.command = layerCommand(lens, this.#sightOf(lens.document)) ?? { title: "", command: "" };
    return lens;
  }

  #sightOf(document: vscode.TextDocument): Sight {
    return {
      latest: new LatestRuns(this.#models, this.#runs, document),
      gravest: this.#findings.gravest(document),
      shown: settings.lenses(),
    };
  }

  #ofModel(
    document: vscode.TextDocument,
    model: HeldModel,
    { latest, gravest, shown }: Sight,
  ): vscode.CodeLens[] {
    if (!model.start) return [];
    const { uri } = document;
    const range = rangeOf({ start: model.start, end: model.start });
    const { run, stale = false } = latest.of(model.name) ?? {};
    const found = gravest.ofModel(model);
    const isTold = shown.result && run !== undefined && !stale;
    const commands = [
      shown.run && runCommand(uri, model, this.#models.of(document).problems, run),
      shown.result && run && resultCommand(run, found, stale),
      found && !isTold && findingCommand(found),
      shown.pin && run && pinCommand(run),
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
function ofLayers(document: vscode.TextDocument, model: HeldModel, sight: Sight): vscode.CodeLens[] {
  const inSight = isInSight(document, MARGIN_LINES);
  return model.layers.flatMap((layer) => {
    const lens = new LayerLens(document, model, layer);
    if (hasLens(layer, sight.shown) && !inSight(layer.start.line)) return [lens];
    const command = layerCommand(lens, sight);
    if (command) lens.command = command;
    return command ? [lens] : [];
  });
}

/** Whatever its lens says: there is one. */
const hasLens = ({ isKnown }: HeldLayer, { gradients, activations, shapes }: LensSettings): boolean =>
  isKnown && gradients && activations && shapes;

function layerCommand(
  { layer, model }: LayerLens,
  { latest, gravest, shown }: Sight,
): vscode.Command | undefined {
  const figures = latest.figures(layer);
  const found = gravest.at(layer);
  return figures ? figuresCommand(figures, found, shown) : shapesCommand(layer, model.stale, found, shown);
}

const onScreen = (): readonly vscode.TextDocument[] =>
  vscode.window.visibleTextEditors.map(({ document }) => document);
