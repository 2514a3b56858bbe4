import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { FileDigest, ModelDigest, ReaderCalls, SourceText } from "../model/digest.ts";
import type { NamedFix, Wanted } from "../model/fixes/apply.ts";
import { Held, type HeldLayer } from "../model/held.ts";
import type { Problem } from "../protocol/problem.ts";
import type { RunInfo } from "../protocol/run.ts";
import type { ReaderThread } from "./readerThread.ts";
import type { Run } from "./run.ts";
import { settings } from "./settings.ts";
import { Debounce } from "./throttle.ts";
import { isModelUri, MODEL_FILES } from "./userFiles.ts";

export { MODEL_FILES } from "./userFiles.ts";

/** What a text says. */
export interface Reading {
  readonly models: readonly ModelDigest[];
  readonly problems: readonly Problem[];
}

/** How long the text must have been quiet before it is read, and its problems shown, anew. */
const QUIET_MS = 150;

/** A file that nobody can read is tried once more: the thread may have ended for another file's sake. */
const TRIES = 2;

/** The name of a text that no document holds: no URI is empty. */
const ASIDE = "";

const NOTHING: Reading = { models: [], problems: [] };

/** What is known of a document. */
interface Known {
  version: number;
  reading: Reading;
  held: Held | undefined;
  /** What the thread is asked for. */
  pending: { readonly version: number; readonly done: Promise<void> } | undefined;
}

/** The model files that are open, as the thread has read them. An answer about a text that has changed meanwhile is dropped. */
export class Models implements vscode.Disposable {
  readonly #thread: ReaderThread;
  readonly #known = new WeakMap<vscode.TextDocument, Known>();
  readonly #didParse = new vscode.EventEmitter<vscode.TextDocument>();
  /** A model file was opened, or its text has changed and is quiet again; and it has been read. */
  readonly onDidParse = this.#didParse.event;
  readonly #quiet = new Debounce<vscode.TextDocument>(QUIET_MS, (document) => void this.#announce(document));
  readonly #subscriptions: vscode.Disposable[];

  constructor(thread: ReaderThread) {
    this.#thread = thread;
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => void this.#announce(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !isModelFile(document)) return;
        this.#move(document, contentChanges);
        this.#quiet.request(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
    ];
    for (const document of openModelFiles()) void this.#announce(document);
  }

  /** What the text said when it was last read: nothing before the first time. `read` waits for what it says now. */
  of(document: vscode.TextDocument): Reading {
    return this.#known.get(document)?.reading ?? NOTHING;
  }

  /** What the text says now. */
  async read(document: vscode.TextDocument): Promise<Reading> {
    const known = this.#knownOf(document);
    while (known.version !== document.version) {
      const { version } = document;
      if (known.pending?.version !== version) {
        known.pending = { version, done: this.#readNow(document, known, version) };
      }
      await known.pending.done;
    }
    return known.reading;
  }

  /** The same, or what was known before where that takes longer than `patienceMs`. The first time it is waited for. */
  async readWithin(document: vscode.TextDocument, patienceMs: number): Promise<void> {
    const read = this.read(document);
    if (!this.held(document)) return void (await read);
    const stop = new AbortController();
    const timer = delay(patienceMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([read, timer]);
    stop.abort();
  }

  /** Models and layers at the places where they stand now, as they were when they were last right. */
  held(document: vscode.TextDocument): Held | undefined {
    return this.#known.get(document)?.held;
  }

  /** The innermost layer's object at a place of the text. */
  at(document: vscode.TextDocument, { line, character }: vscode.Position): HeldLayer | undefined {
    return this.held(document)?.layerAt({ line, column: character });
  }

  /** A model as a PyTorch program, as the text says it now; absent where it cannot run. */
  program(document: vscode.TextDocument, model: string): Promise<string | undefined> {
    return this.#thread.call("program", { ...sourceOf(document), model });
  }

  /** What the text says of a run of the model; absent where it cannot run. */
  expected(document: vscode.TextDocument, model: string): Promise<RunInfo | undefined> {
    return this.#thread.call("expected", { ...sourceOf(document), model });
  }

  /** What is wrong with each model by its text alone. */
  found(document: vscode.TextDocument): Promise<ReturnType<ReaderCalls["found"]>> {
    return this.#thread.call("found", { ...sourceOf(document), rules: settings.rules(document.uri) });
  }

  /** What the fixes would change in the text as it is now. */
  fixes(document: vscode.TextDocument, model: string, wanted: Wanted): Promise<readonly NamedFix[]> {
    return this.#thread.call("fixes", { ...sourceOf(document), model, wanted });
  }

  /** Of the model of another text; absent where it cannot run. */
  async fingerprint(text: string, model: string): Promise<string | undefined> {
    const { models } = await this.#thread.call("read", { file: ASIDE, text });
    void this.#thread.call("forget", ASIDE).catch(() => undefined);
    return models.find(({ name }) => name === model)?.spec?.fingerprint;
  }

  /** Whether the model, or a file that it reads, is no longer what ran. What a closed file holds now is not known, and does not count. */
  isStale(run: Run): boolean {
    const document = run.origin.uri && openDocument(run.origin.uri);
    const held = document && this.held(document);
    if (!held) return false;
    if (run.filesChanged) return true;
    const model = held.model(run.origin.model);
    return !model?.spec || model.stale || model.spec.fingerprint !== run.origin.fingerprint;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#quiet.dispose();
    this.#didParse.dispose();
  }

  async #announce(document: vscode.TextDocument): Promise<void> {
    if (!isModelFile(document) || document.isClosed) return;
    await this.read(document);
    if (!document.isClosed) this.#didParse.fire(document);
  }

  async #readNow(document: vscode.TextDocument, known: Known, version: number): Promise<void> {
    const digest = await this.#digest(document);
    if (document.version !== version && !document.isClosed) return;
    known.version = document.version;
    if (!digest) return;
    known.reading = digest;
    if (known.held) known.held.take(digest);
    else known.held = new Held(digest);
  }

  async #digest(document: vscode.TextDocument): Promise<FileDigest | undefined> {
    const source = sourceOf(document);
    for (let left = TRIES; left > 0; left--) {
      try {
        return await this.#thread.call("read", source);
      } catch {
        // The thread says itself why it broke.
      }
    }
    return undefined;
  }

  #knownOf(document: vscode.TextDocument): Known {
    const known = this.#known.get(document) ?? {
      version: -1,
      reading: NOTHING,
      held: undefined,
      pending: undefined,
    };
    this.#known.set(document, known);
    return known;
  }

  #move(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const held = this.held(document);
    for (const { range, text } of changes) {
      held?.change({ start: placeOf(range.start), end: placeOf(range.end), text });
    }
  }

  #forget(document: vscode.TextDocument): void {
    if (!isModelFile(document)) return;
    this.#quiet.cancel(document);
    this.#known.delete(document);
    this.#thread.call("forget", nameOf(document)).catch(() => undefined);
  }
}

const placeOf = ({ line, character }: vscode.Position) => ({ line, column: character });

const sourceOf = (document: vscode.TextDocument): SourceText => ({
  file: nameOf(document),
  text: document.getText(),
});

const nameOf = ({ uri }: vscode.TextDocument): string => uri.toString();

export const isModelFile = ({ uri }: vscode.TextDocument): boolean => isModelUri(uri);

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
