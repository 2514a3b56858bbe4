import * as vscode from "vscode";
import { declarationAt, declarationOf, type Declaration } from "../model/declarations.ts";
import { outlineOf, type Outline } from "../model/outline.ts";
import { parse, type Parsed, type ParsedModel } from "../model/parse.ts";
import type { Frame } from "../protocol/frame.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { Debounce } from "./throttle.ts";

export const MODEL_FILES = "**/{gradlens.json,*.gradlens.json}";

/** A layer's object in the text, with every model that it is part of: its own, and those that extend it. */
export interface Declared {
  readonly at: Declaration;
  readonly uses: readonly { readonly model: ParsedModel; readonly paths: readonly string[] }[];
}

/** The figures that stand at a declaration. */
export interface Figures {
  readonly run: Run;
  readonly frame: Frame;
  /** Rows of the frame, in order. */
  readonly rows: readonly number[];
  /** The model is no longer what ran. */
  readonly stale: boolean;
}

/** How long the text must have been quiet before its problems are shown anew. */
const QUIET_MS = 150;

/** A model that can run. */
type ModelSpec = NonNullable<ParsedModel["spec"]>;

const outlines = new WeakMap<ModelSpec, Outline>();
const fingerprints = new WeakMap<ModelSpec, string>();

/** Cached with the spec, which a text keeps until it changes. */
export const outline = (spec: ModelSpec): Outline => cached(outlines, spec, outlineOf);

/** Equal for models that train alike: comments and layout do not count. */
export const fingerprintOf = (spec: ModelSpec): string => cached(fingerprints, spec, JSON.stringify);

function cached<T>(cache: WeakMap<ModelSpec, T>, spec: ModelSpec, make: (spec: ModelSpec) => T): T {
  const value = cache.get(spec) ?? make(spec);
  cache.set(spec, value);
  return value;
}

/** The model files that are open, as the parser reads them. */
export class Models implements vscode.Disposable {
  readonly #parsed = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly parsed: Parsed }
  >();
  readonly #didParse = new vscode.EventEmitter<vscode.TextDocument>();
  /** A model file was opened, or its text has changed and is quiet again. */
  readonly onDidParse = this.#didParse.event;
  readonly #quiet = new Debounce<vscode.TextDocument>(QUIET_MS, (document) => this.#announce(document));
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#announce(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isModelFile(document)) this.#quiet.request(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#quiet.cancel(document)),
    ];
  }

  #announce(document: vscode.TextDocument): void {
    if (isModelFile(document) && !document.isClosed) this.#didParse.fire(document);
  }

  /** The text as it is now: read once for each version. */
  of(document: vscode.TextDocument): Parsed {
    const known = this.#parsed.get(document);
    if (known?.version === document.version) return known.parsed;
    const parsed = parse(document.getText());
    this.#parsed.set(document, { version: document.version, parsed });
    return parsed;
  }

  /** Every layer's object in the order of the text; those that stand for no row of a frame are left out. */
  declared(document: vscode.TextDocument): readonly Declared[] {
    const byOffset = new Map<number, { at: Declaration; uses: Declared["uses"][number][] }>();
    for (const model of this.of(document).models) {
      for (const at of model.declarations) {
        if (at.paths.length === 0) continue;
        const one = byOffset.get(at.offset) ?? { at, uses: [] };
        one.uses.push({ model, paths: at.paths });
        byOffset.set(at.offset, one);
      }
    }
    return [...byOffset.values()].sort((a, b) => a.at.offset - b.at.offset);
  }

  /** The innermost layer's object at a place of the text. */
  at(document: vscode.TextDocument, position: vscode.Position): Declared | undefined {
    const found = declarationAt(this.of(document), document.offsetAt(position));
    return found && this.declared(document).find(({ at }) => at.offset === found.declaration.offset);
  }

  /** Where a layer of a model is declared. */
  find(document: vscode.TextDocument, model: string, layer: string): Declaration | undefined {
    return declarationOf(this.of(document), model, layer);
  }

  /** Those of the latest run that the declaration takes part in; `undefined` where none has made a step. */
  figures(document: vscode.TextDocument, declared: Declared, runs: Runs): Figures | undefined {
    let latest: Figures | undefined;
    for (const { model, paths } of declared.uses) {
      const run = runs.latest(document.uri, model.name);
      const frame = run?.history.latest();
      if (!run || !frame || (latest && latest.run.id > run.id)) continue;
      const rows = run.rows(paths);
      if (rows.length > 0) latest = { run, frame, rows, stale: this.isStale(run) };
    }
    return latest;
  }

  /** Whether the model, or a file that it reads, is no longer what ran. What a closed file holds now is not known, and does not count. */
  isStale(run: Run): boolean {
    const document = openDocument(run.origin.uri);
    if (!document) return false;
    if (run.filesChanged) return true;
    const model = this.of(document).models.find(({ name }) => name === run.origin.model);
    return !model?.spec || fingerprintOf(model.spec) !== run.origin.fingerprint;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#quiet.dispose();
    this.#didParse.dispose();
  }
}

export const isModelFile = ({ uri }: vscode.TextDocument): boolean =>
  /(^|\/)([^/]*\.)?gradlens\.json$/.test(uri.path);

/** Model files that are open. */
export const openModelFiles = (): readonly vscode.TextDocument[] =>
  vscode.workspace.textDocuments.filter((document) => isModelFile(document) && !document.isClosed);

const openDocument = (uri: vscode.Uri): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());

/** Whether the workspace holds a model file, open or not. */
export async function hasModelFiles(): Promise<boolean> {
  return (
    openModelFiles().length > 0 ||
    (await vscode.workspace.findFiles(MODEL_FILES, "**/node_modules/**", 1)).length > 0
  );
}
