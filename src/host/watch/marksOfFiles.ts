import * as vscode from "vscode";
import type { Rename } from "../renames.ts";
import type { Run } from "../run.ts";
import type { RunMarks } from "../runOrigin.ts";
import type { RunChange, Runs } from "../runs.ts";

const KEY = "watchedRuns";

/** Files that something is said of, at most: the latest. */
const MOST = 1000;

interface FileMarks extends RunMarks {
  /** The user has taken the run out of the list. */
  readonly removed?: true;
  /** Files of the program that have been renamed since, from where to where. */
  readonly renames?: readonly (readonly [from: string, to: string])[];
}

type All = Readonly<Record<string, FileMarks>>;

/**
 * What the user has said of runs that programs write, by their files, across windows: the files are the programs', and stay as
 * they are.
 */
export class MarksOfFiles implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #runs: Runs;
  readonly #subscription: vscode.Disposable;

  constructor(memory: vscode.Memento, runs: Runs) {
    this.#memory = memory;
    this.#runs = runs;
    this.#subscription = runs.onDidChange((change) => this.#onRun(change));
  }

  of(file: string): FileMarks {
    const all = this.#all();
    return Object.hasOwn(all, file) ? (all[file] ?? {}) : {};
  }

  renames(file: string): readonly Rename[] {
    const { renames = [] } = this.of(file);
    return renames.map(([from, to]) => ({ from: vscode.Uri.parse(from), to: vscode.Uri.parse(to) }));
  }

  /** The user takes a run out of the list, or puts it back. */
  remove(run: Run, removed: boolean): void {
    const file = run.origin.stream?.file;
    if (file !== undefined) this.#set(file, { ...marksOf(run), ...(removed && { removed }) });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #onRun({ run, what }: RunChange): void {
    const file = run.origin.stream?.file;
    const isListed = what === "state" && this.#runs.all().includes(run);
    if (file !== undefined && isListed) this.#set(file, marksOf(run));
  }

  #all(): All {
    return this.#memory.get<All>(KEY) ?? {};
  }

  #set(file: string, marks: FileMarks): void {
    if (JSON.stringify(this.of(file)) === JSON.stringify(marks)) return;
    const others = Object.entries(this.#all()).filter(([one]) => one !== file);
    const all = Object.keys(marks).length === 0 ? others : [...others, [file, marks] as const];
    void this.#memory.update(KEY, Object.fromEntries(all.slice(-MOST)));
  }
}

function marksOf({ marks, origin: { stream } }: Run): FileMarks {
  const renames = (stream?.renames ?? []).map(({ from, to }) => [from.toString(), to.toString()] as const);
  return { ...marks, ...(renames.length > 0 && { renames }) };
}
