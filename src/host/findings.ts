import * as vscode from "vscode";
import { gravest } from "../insight/findings/gravest.ts";
import { t } from "../l10n/translate.ts";
import type { Position } from "../model/digest.ts";
import type { HeldLayer, HeldModel } from "../model/held.ts";
import type { FoundAt } from "../protocol/found.ts";
import { plain } from "../text/quote.ts";
import { LatestRuns } from "./figures.ts";
import { explainLink } from "./explaining.ts";
import { isModelFile, openModelFiles, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { diagnostic } from "./say.ts";
import { Debounce, Throttle } from "./throttle.ts";
import { isProgram, type ProgramAnchors } from "./watch/programAnchors.ts";

/** A run finds something new at every message; the Problems view is told of it so often. */
const EVERY_MS = 500;

/** What was found of a model, and where it is declared. */
export interface Placed {
  readonly model: string;
  /** The watched run that shows it. */
  readonly run?: Run;
  readonly found: FoundAt;
  readonly range: vscode.Range;
}

/** Of a document. `ofModel`: what belongs to none of its layers. */
export interface Gravest {
  at(layer: HeldLayer): FoundAt | undefined;
  ofModel(model: HeldModel): FoundAt | undefined;
}

/**
 * What is wrong with the models of open files, as diagnostics at the layers: what the latest run of a model shows, as long as the
 * model is what ran, and else what its text alone says, and a probe of it. A diagnostic is taken back when its evidence goes.
 */
export class Findings implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #programs: ProgramAnchors;
  readonly #shown = vscode.languages.createDiagnosticCollection("gradlens findings");
  readonly #didFind = new vscode.EventEmitter<vscode.TextDocument>();
  /** The text of a document shows something else than before. */
  readonly onDidFind = this.#didFind.event;
  readonly #inText = new WeakMap<vscode.TextDocument, Readonly<Record<string, readonly FoundAt[]>>>();
  readonly #draw = new Throttle(
    () => EVERY_MS,
    () => [...openModelFiles(), ...this.#openPrograms()].forEach((document) => this.#show(document)),
  );
  readonly #read = new Debounce<vscode.TextDocument>(0, (document) => void this.#readText(document));
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, programs: ProgramAnchors) {
    this.#models = models;
    this.#runs = runs;
    this.#programs = programs;
    this.#subscriptions = [
      programs.onDidChange(() => this.refresh()),
      vscode.workspace.onDidOpenTextDocument(() => this.refresh()),
      runs.onDidChange(() => this.refresh()),
      runs.onDidSettle(() => this.#draw.now()),
      models.onDidParse((document) => this.#read.request(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
    ];
    this.readAgain();
  }

  /** The texts are looked at anew: findings are set otherwise. */
  readAgain(): void {
    openModelFiles().forEach((document) => this.#read.request(document));
  }

  refresh(): void {
    this.#draw.request();
  }

  /** All that is shown of a document, causes before their effects. */
  of(document: vscode.TextDocument): readonly Placed[] {
    if (!isModelFile(document)) return this.#ofProgram(document);
    const latest = new LatestRuns(this.#models, this.#runs, document);
    const models = this.#models.held(document)?.models ?? [];
    return models.flatMap((model) =>
      this.#foundOf(document, model, latest).flatMap((found) => {
        const range = this.#rangeOf(document, model, found.layer);
        return range ? [{ model: model.name, found, range }] : [];
      }),
    );
  }

  /** What the latest runs of a program show, as long as it is what ran; what is about a model as a whole, at its first layer. */
  #ofProgram(document: vscode.TextDocument): readonly Placed[] {
    const owner = new Map(this.#programs.of(document).map(({ start, run }) => [start.line, run] as const));
    return this.#programs.runs(document).flatMap((run) => {
      if (!run.record.isHere || this.#programs.isStaleIn(document, run)) return [];
      return run.findings().findings.flatMap((found) => {
        const range = this.#lineOf(document, run, found.layer);
        return range && owner.get(range.start.line) === run
          ? [{ model: run.origin.model, run, found, range }]
          : [];
      });
    });
  }

  #lineOf(document: vscode.TextDocument, run: Run, layer: string | undefined): vscode.Range | undefined {
    const rows = run.info.layers.map(({ path }) => path);
    const paths = layer !== undefined && rows.includes(layer) ? [layer] : rows.slice(0, 1);
    const anchor = paths.map((path) => this.#programs.find(document, run, path)).find((one) => one);
    return anchor && firstLine(document, anchor);
  }

  /** Those that had something are shown once more, though they may have nothing now. */
  #openPrograms(): readonly vscode.TextDocument[] {
    return vscode.workspace.textDocuments.filter(
      (document) => isProgram(document) && (this.#programs.has(document) || this.#shown.has(document.uri)),
    );
  }

  /** `seen`: of a run, what there was to say at the step that is looked at; else what there is to say of all of it. */
  #foundOf(
    document: vscode.TextDocument,
    model: HeldModel,
    latest: LatestRuns,
    seen = false,
  ): readonly FoundAt[] {
    if (!model.spec || model.stale) return [];
    const { run, frame, stale } = latest.of(model.name) ?? {};
    if (run && frame && !stale) return (seen ? run.findingsSeen() : run.findings()).findings;
    const inText = this.#inText.get(document)?.[model.name] ?? [];
    const probe = latest.probe(model.name);
    if (!probe) return inText;
    const told = probe.findings().findings.map((one): FoundAt => ({
      ...one,
      message: t`${one.message} (Seen in the model's first steps, without a run.)`,
    }));
    return [...inText, ...told];
  }

  /** The gravest that was found at each declaration of a document, for a line that has room for one: as the figures beside it. */
  gravest(document: vscode.TextDocument): Gravest {
    const latest = new LatestRuns(this.#models, this.#runs, document);
    const held = this.#models.held(document);
    const byModel = new Map<string, readonly FoundAt[]>();
    const of = (name: string): readonly FoundAt[] => {
      const model = held?.model(name);
      const found = byModel.get(name) ?? (model ? this.#foundOf(document, model, latest, true) : []);
      byModel.set(name, found);
      return found;
    };
    return {
      at: ({ uses }) =>
        gravest(
          uses.flatMap(({ model, paths }) =>
            of(model).filter(({ layer }) => layer !== undefined && paths.includes(layer)),
          ),
        ),
      ofModel: ({ name }) =>
        gravest(of(name).filter(({ layer }) => layer === undefined || !held?.find(name, layer))),
    };
  }

  /** Where a layer is declared, in its first line; the model's name for what is about all of it. */
  #rangeOf(
    document: vscode.TextDocument,
    model: HeldModel,
    layer: string | undefined,
  ): vscode.Range | undefined {
    const declared = layer === undefined ? undefined : this.#models.held(document)?.find(model.name, layer);
    const { start, end } = declared ?? { start: model.start, end: undefined };
    return start && firstLine(document, { start, end });
  }

  async #readText(document: vscode.TextDocument): Promise<void> {
    if (!isModelFile(document) || document.isClosed) return;
    const { version } = document;
    try {
      const found = await this.#models.found(document);
      if (document.isClosed || document.version !== version) return;
      const before = this.#inText.get(document);
      // A model that a mistake elsewhere hides for a while is held, with what was found of it.
      const now = { ...before, ...found };
      this.#inText.set(document, now);
      if (JSON.stringify(before ?? {}) !== JSON.stringify(now)) this.#didFind.fire(document);
    } catch {
      // The thread says itself why it broke.
    }
    this.#show(document);
  }

  #show(document: vscode.TextDocument): void {
    if (document.isClosed || this.#runs.isProbing(document.uri)) return;
    const placed = this.of(document);
    const causes = once(placed.filter(({ found: { cause } }) => cause === undefined));
    this.#shown.set(
      document.uri,
      causes.map((cause) => this.#diagnosticOf(document, cause, effectsOf(cause, placed))),
    );
  }

  #diagnosticOf(
    document: vscode.TextDocument,
    placed: Placed,
    effects: readonly Placed[],
  ): vscode.Diagnostic {
    const { found, range, model } = placed;
    const shown = diagnostic(range, plain`${found.message}`, SEVERITY[found.severity]);
    shown.source = "GradLens";
    shown.code = { value: found.id, target: explainLink(found.id) };
    const held = this.#models.held(document)?.model(model);
    const others = (found.related ?? []).flatMap((path) => {
      const at = placed.run
        ? this.#lineOf(document, placed.run, path)
        : held && this.#rangeOf(document, held, path);
      return at ? [information(document, at, plain`${path} is part of it`)] : [];
    });
    shown.relatedInformation = [
      ...effects.map((effect) => information(document, effect.range, plain`${effect.found.message}`)),
      ...others,
    ];
    return shown;
  }

  #forget(document: vscode.TextDocument): void {
    this.#read.cancel(document);
    this.#shown.delete(document.uri);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#draw.dispose();
    this.#read.dispose();
    this.#shown.dispose();
    this.#didFind.dispose();
  }
}

/** The part of a place that stands in its first line. */
function firstLine(
  document: vscode.TextDocument,
  { start, end }: { readonly start: Position; readonly end: Position | undefined },
): vscode.Range | undefined {
  if (start.line >= document.lineCount) return undefined;
  const line = document.lineAt(start.line).range.end;
  const first = new vscode.Position(start.line, start.column);
  const last = end && end.line === start.line ? new vscode.Position(end.line, end.column) : line;
  return new vscode.Range(first, last);
}

const SEVERITY = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const satisfies Record<FoundAt["severity"], vscode.DiagnosticSeverity>;

const information = (document: vscode.TextDocument, range: vscode.Range, message: string) =>
  new vscode.DiagnosticRelatedInformation(new vscode.Location(document.uri, range), message);

/** What a cause explains stands under it. */
const effectsOf = (cause: Placed, all: readonly Placed[]): readonly Placed[] =>
  all.filter(({ model, found }) => model === cause.model && found.cause === cause.found.id);

/** What is said of a layer in the model that holds it is not said again for those that extend it. */
function once(placed: readonly Placed[]): readonly Placed[] {
  const said = new Set<string>();
  return placed.filter(({ found: { id, message }, range: { start } }) => {
    const key = `${start.line} ${start.character} ${id} ${message}`;
    return said.size < said.add(key).size;
  });
}
