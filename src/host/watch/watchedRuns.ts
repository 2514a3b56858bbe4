import { watch, type FSWatcher } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { t } from "../../l10n/translate.ts";
import { messageOf } from "../../protocol/rpc.ts";
import type { Run } from "../run.ts";
import type { KeptBefore } from "../runOrigin.ts";
import type { Runs } from "../runs.ts";
import type { MarksOfFiles } from "./marksOfFiles.ts";
import { endedRun, StreamRun, wholeRun } from "./streamRun.ts";

/** Files that grow are looked at so often: what tells of changes is silent on network disks. */
const POLL_MS = 250;
/** Folders are listed anew at every n-th time, and when something tells of a change. */
const LIST_EVERY = 8;

/** A program that the user has started makes its first step within this time. */
const PATIENCE_MS = 600_000;

/** Runs that ended before the window was opened are listed, the latest ones. */
const MOST_EARLIER = 20;
/** Files of a folder that are looked at, the latest ones: their names begin with the time. */
const MOST_FILES = 1000;

const RUNS = join(".gradlens", "runs");
const ENDING = ".jsonl";
const STREAMS = "**/.gradlens/runs/*.jsonl";
const MOST_FOUND = 200;

/** A folder that runs may be written to. */
interface Folder {
  /** The one that `.gradlens` lies in. */
  readonly home: vscode.Uri;
  readonly path: string;
  readonly seen: Set<string>;
  watcher: FSWatcher | undefined;
  listed: boolean;
}

/**
 * Finds the runs that programs write into `.gradlens/runs` of the folders that are open, and follows those that go on. Only of a
 * workspace that is trusted, and nothing of it is run: a stream is read, and that is all.
 */
export class WatchedRuns implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #marks: MarksOfFiles;
  readonly #log: (line: string) => void;
  readonly #folders = new Map<string, Folder>();
  readonly #following = new Set<StreamRun>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;
  #expectedUntilMs = -Infinity;
  #turn = 0;
  #isBusy = false;
  #isDue = false;
  #isDisposed = false;

  constructor(runs: Runs, marks: MarksOfFiles, log: (line: string) => void) {
    this.#runs = runs;
    this.#marks = marks;
    this.#log = log;
    if (vscode.workspace.isTrusted) this.#start();
    else this.#subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#start()));
  }

  /** The user has started a program: the next run that begins is of it. */
  expect(): void {
    this.#expectedUntilMs = performance.now() + PATIENCE_MS;
  }

  #start(): void {
    const found = vscode.workspace.createFileSystemWatcher(STREAMS, false, true, true);
    this.#subscriptions.push(
      found,
      found.onDidCreate((uri) => this.#found(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#addFolders()),
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#addNotebook(notebook)),
    );
    this.#addFolders();
    for (const notebook of vscode.workspace.notebookDocuments) this.#addNotebook(notebook);
    void vscode.workspace.findFiles(STREAMS, "**/node_modules/**", MOST_FOUND).then((all) => {
      for (const uri of all) this.#found(uri);
    });
    this.#timer = setInterval(() => void this.#tick(), POLL_MS);
    void this.#tick();
  }

  /** Other folders of the workspace are found by their files. */
  #addFolders(): void {
    const homes = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
    for (const { uri } of homes) this.#add(uri);
    for (const [key, folder] of this.#folders) {
      if (vscode.workspace.getWorkspaceFolder(folder.home)) continue;
      folder.watcher?.close();
      this.#folders.delete(key);
    }
    this.#isDue = true;
  }

  /** Kernels run in the folder of their notebook. */
  #addNotebook({ uri }: vscode.NotebookDocument): void {
    if (uri.scheme !== "file" || !vscode.workspace.getWorkspaceFolder(uri)) return;
    this.#add(vscode.Uri.joinPath(uri, ".."));
    this.#isDue = true;
  }

  #found(file: vscode.Uri): void {
    if (file.scheme !== "file") return;
    this.#add(vscode.Uri.joinPath(file, "..", "..", ".."));
    this.#isDue = true;
    void this.#tick();
  }

  #add(home: vscode.Uri): void {
    const key = home.toString();
    if (this.#folders.has(key)) return;
    const path = join(home.fsPath, RUNS);
    this.#folders.set(key, { home, path, seen: new Set(), watcher: undefined, listed: false });
  }

  async #tick(): Promise<void> {
    if (this.#isBusy || this.#isDisposed) return;
    this.#isBusy = true;
    try {
      const due = this.#isDue || this.#turn++ % LIST_EVERY === 0;
      this.#isDue = false;
      if (due) for (const folder of [...this.#folders.values()]) await this.#list(folder);
      for (const one of this.#following) await this.#follow(one);
    } finally {
      this.#isBusy = false;
    }
  }

  async #list(folder: Folder): Promise<void> {
    const entries = await readdir(folder.path, { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      folder.watcher?.close();
      folder.watcher = undefined;
      return;
    }
    this.#watch(folder);
    const names = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(ENDING))
      .map(({ name }) => name);
    const latest = names.sort().slice(-MOST_FILES);
    const listed = new Set(this.#runs.all().map(({ origin }) => origin.stream?.file));
    const fresh = latest.filter((name) => !folder.seen.has(name) && !listed.has(join(folder.path, name)));
    for (const name of fresh) folder.seen.add(name);
    if (folder.listed) {
      for (const name of fresh) this.#begin(join(folder.path, name), folder.home);
      return;
    }
    folder.listed = true;
    await this.#restore(this.#worthRestoring(folder, fresh), folder);
  }

  /** The latest, and those that the user has pinned; none that was taken out of the list. */
  #worthRestoring({ path }: Folder, names: readonly string[]): readonly string[] {
    const listed = names.filter((name) => !this.#marks.of(join(path, name)).removed);
    const earlier = listed.slice(0, -MOST_EARLIER).filter((name) => this.#marks.of(join(path, name)).pinned);
    return [...earlier, ...listed.slice(-MOST_EARLIER)];
  }

  /** Those that were there before the window: what has ended is read when somebody asks. */
  async #restore(names: readonly string[], { path, home }: Folder): Promise<void> {
    const ended: KeptBefore[] = [];
    for (const name of names) {
      const file = join(path, name);
      const before = await endedRun({ file, folder: home, renames: this.#marks.renames(file) }).catch(
        () => undefined,
      );
      if (before) ended.push({ ...before, ...this.#marks.of(file) });
      else this.#begin(file, home);
    }
    if (this.#isDisposed) return;
    const runs = this.#runs.restore(ended);
    for (const [i, run] of runs.entries())
      run.record.leave(ended[i]?.said ?? run.said(), () => this.#read(run));
    for (const run of runs.toReversed()) this.#runs.changed(run, "restored");
  }

  async #read(run: Run): Promise<void> {
    const file = run.origin.stream?.file ?? "";
    try {
      const whole = await wholeRun(file);
      if (!whole) throw new Error(t`it is gone`);
      run.arrive(whole.info, whole.history);
      this.#runs.changed(run, "arrived");
    } catch (error) {
      this.#log(`${file} cannot be read: ${messageOf(error)}.`);
      this.#runs.remove(run);
    }
  }

  #begin(file: string, home: vscode.Uri): void {
    const isExpected = (): boolean => {
      const is = performance.now() < this.#expectedUntilMs;
      this.#expectedUntilMs = -Infinity;
      return is;
    };
    this.#following.add(new StreamRun(file, home, this.#runs, this.#marks, isExpected, this.#log));
  }

  async #follow(one: StreamRun): Promise<void> {
    try {
      await one.poll();
    } catch (error) {
      this.#log(`${messageOf(error)}.`);
      one.dispose();
    }
    if (one.isOver) this.#following.delete(one);
  }

  /** What cannot be watched is listed now and then all the same. */
  #watch(folder: Folder): void {
    if (folder.watcher) return;
    try {
      const watcher = watch(folder.path, { persistent: false }, () => {
        this.#isDue = true;
        void this.#tick();
      });
      watcher.on("error", () => {
        watcher.close();
        folder.watcher = undefined;
      });
      folder.watcher = watcher;
    } catch {
      folder.watcher = undefined;
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const { watcher } of this.#folders.values()) watcher?.close();
    for (const one of this.#following) one.dispose();
  }
}
