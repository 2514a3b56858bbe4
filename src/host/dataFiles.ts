import * as vscode from "vscode";
import type { FileState } from "../protocol/worker.ts";
import { isModelFile, openModelFiles, type Models } from "./models.ts";
import { sourceOf } from "./request.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { Debounce } from "./throttle.ts";
import type { Trainer } from "./trainer.ts";
import { watchedOf } from "./watched.ts";

/** A file is looked at once it has been left alone for so long: it is written in pieces. */
const QUIET_MS = 250;

/** Files that are watched at a time; of others a change is seen when the editor is shown, and after a run. */
const MOST_WATCHED = 64;

interface Watch extends vscode.Disposable {
  readonly documents: Set<vscode.TextDocument>;
}

/** The files that open model files read: tells when they may have changed, and marks the runs that have read something else. */
export class DataFiles implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #trainer: Trainer;
  readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
  /** A file that this document names may hold something else now, may be gone, or may have come. */
  readonly onDidChange = this.#changed.event;
  /** By the path of the file. */
  readonly #watches = new Map<string, Watch>();
  readonly #quiet = new Debounce<vscode.TextDocument>(QUIET_MS, (document) => void this.#look(document));
  readonly #ended = new WeakSet<Run>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs, trainer: Trainer) {
    this.#models = models;
    this.#runs = runs;
    this.#trainer = trainer;
    this.#subscriptions = [
      models.onDidParse((document) => this.#watch(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      // Who comes back to a file may have changed its data elsewhere, where nobody watches.
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && isModelFile(editor.document)) this.#quiet.request(editor.document);
      }),
      runs.onDidChange(({ run }) => this.#afterRun(run)),
    ];
    openModelFiles().forEach((document) => this.#watch(document));
  }

  /** Files that are watched. */
  count(): number {
    return this.#watches.size;
  }

  #watch(document: vscode.TextDocument): void {
    this.#leave(document);
    const source = sourceOf(document);
    if (!source) return;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    const names = this.#models.of(document).models.flatMap(({ spec }) => spec?.files ?? []);
    for (const name of new Set(names)) {
      const wanted = watchedOf(source, name, folder !== undefined);
      if (!wanted) continue;
      const watch = this.#watches.get(wanted.path) ?? this.#begin(wanted.path, wanted.base, wanted.pattern);
      watch?.documents.add(document);
    }
    this.#sweep();
  }

  #begin(path: string, base: string, pattern: string): Watch | undefined {
    if (this.#watches.size >= MOST_WATCHED) return undefined;
    const documents = new Set<vscode.TextDocument>();
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(base), pattern),
    );
    const request = (): void => documents.forEach((document) => this.#quiet.request(document));
    watcher.onDidCreate(request);
    watcher.onDidChange(request);
    watcher.onDidDelete(request);
    const watch = { documents, dispose: () => void watcher.dispose() };
    this.#watches.set(path, watch);
    return watch;
  }

  /** Watches stay until the new ones are known: the same file is not let go of in between. */
  #leave(document: vscode.TextDocument): void {
    for (const { documents } of this.#watches.values()) documents.delete(document);
  }

  #sweep(): void {
    for (const [path, watch] of this.#watches) {
      if (watch.documents.size > 0) continue;
      watch.dispose();
      this.#watches.delete(path);
    }
  }

  #forget(document: vscode.TextDocument): void {
    if (!isModelFile(document)) return;
    this.#quiet.cancel(document);
    this.#leave(document);
    this.#sweep();
    const source = sourceOf(document);
    if (source) this.#trainer.forget(source.file);
  }

  #afterRun(run: Run): void {
    if (!run.end || this.#ended.has(run)) return;
    this.#ended.add(run);
    const uri = run.origin.uri?.toString();
    const document = openModelFiles().find((one) => one.uri.toString() === uri);
    if (document) this.#quiet.request(document);
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !vscode.workspace.isTrusted) return;
    this.#changed.fire(document);
    const source = sourceOf(document);
    const uri = document.uri.toString();
    const runs = this.#runs
      .all()
      .filter(({ origin, files }) => files.length > 0 && origin.uri?.toString() === uri);
    if (!source || runs.length === 0) return;
    const paths = [...new Set(runs.flatMap(({ files }) => files.map(({ path }) => path)))];
    try {
      const now = await this.#trainer.states(source, paths);
      for (const run of runs) this.#compare(run, now);
    } catch {
      // The thread was ended meanwhile: the next look asks again.
    }
  }

  #compare(run: Run, now: readonly FileState[]): void {
    const states = new Map(now.map(({ path, state }) => [path, state]));
    const changed = run.files.some(({ path, state }) => states.get(path) !== state);
    if (changed === run.filesChanged) return;
    run.filesChanged = changed;
    this.#runs.changed(run, "state");
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#quiet.dispose();
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
    this.#changed.dispose();
  }
}
