import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { MODEL_FILES, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { Debounce } from "./throttle.ts";
import { cellsIn } from "./watch/cells.ts";
import { digestsIn, placesOf } from "./watch/places.ts";

const PROGRAMS = "**/*.{py,ipynb}";
const NOT_OWN = "**/{node_modules,site-packages,dist-packages,.ipynb_checkpoints}/**";
const MOST_FILES = 2000;
const LONGEST_FILE = 1_000_000;

/** What has been renamed is deleted and made again: one look for both. */
const QUIET_MS = 500;

/** Runs of a file that are looked for, at most: the latest. */
const MOST_RUNS = 5;

/**
 * Somebody has renamed or moved files outside of the editor: their runs follow to the one file of the workspace that holds what
 * ran. Where several hold it nobody can tell, and nothing follows.
 */
export class MovedOutside implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #models: Models;
  readonly #digests = new Map<string, { readonly stamp: string; readonly digests: ReadonlySet<string> }>();
  readonly #quiet = new Debounce<MovedOutside>(
    QUIET_MS,
    () => void (this.#turn = this.#turn.then(() => this.#look())),
  );
  readonly #subscriptions: vscode.Disposable[];
  #turn: Promise<void> = Promise.resolve();

  constructor(runs: Runs, models: Models) {
    this.#runs = runs;
    this.#models = models;
    const look = (): void => this.#quiet.request(this);
    const watchers = [PROGRAMS, MODEL_FILES].map((pattern) =>
      vscode.workspace.createFileSystemWatcher(pattern, false, true, false),
    );
    this.#subscriptions = [
      ...watchers.flatMap((watcher) => [watcher, watcher.onDidCreate(look), watcher.onDidDelete(look)]),
      runs.onDidChange(({ what }) => {
        if (what === "restored") look();
      }),
      // Of a folder that was moved nobody may be told file by file.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) look();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#quiet.dispose();
  }

  async #look(): Promise<void> {
    const files = new Map<string, { readonly file: vscode.Uri; readonly runs: Run[] }>();
    for (const run of this.#runs.all().toReversed()) {
      for (const file of filesOf(run)) {
        const known = files.get(file.toString()) ?? { file, runs: [] };
        files.set(file.toString(), known);
        if (known.runs.length < MOST_RUNS) known.runs.push(run);
      }
    }
    for (const { file, runs } of files.values()) {
      const now = (await isThere(file)) ? undefined : await this.#find(file, runs);
      if (now) this.#runs.moved({ from: file, to: now });
    }
  }

  /** The one file that holds what one of the runs, the latest first, has run. */
  async #find(file: vscode.Uri, runs: readonly Run[]): Promise<vscode.Uri | undefined> {
    const pattern = runs[0]?.isWatched ? PROGRAMS : MODEL_FILES;
    const candidates = await vscode.workspace.findFiles(pattern, NOT_OWN, MOST_FILES);
    for (const run of runs) {
      const found: vscode.Uri[] = [];
      for (const one of candidates) if (await this.#holds(one, run, file).catch(() => false)) found.push(one);
      if (found.length > 0) return found.length === 1 ? found[0] : undefined;
    }
    return undefined;
  }

  /** Whether a file holds what another one held when a run began. */
  async #holds(file: vscode.Uri, run: Run, other: vscode.Uri): Promise<boolean> {
    const { stream, model, fingerprint } = run.origin;
    if (stream) {
      const ran = digestsIn(placesOf(run.info, stream), other);
      if (ran.length === 0) return false;
      const held = await this.#digestsOf(file);
      return ran.every((digest) => held.has(digest));
    }
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    return (
      text.includes(JSON.stringify(model)) && (await this.#models.fingerprint(text, model)) === fingerprint
    );
  }

  /** Of a file, or of the cells of a notebook. */
  async #digestsOf(file: vscode.Uri): Promise<ReadonlySet<string>> {
    const { size, mtime } = await vscode.workspace.fs.stat(file);
    if (size > LONGEST_FILE) return new Set();
    const [key, stamp] = [file.toString(), `${size} ${mtime}`];
    const known = this.#digests.get(key);
    if (known?.stamp === stamp) return known.digests;
    const bytes = await vscode.workspace.fs.readFile(file);
    const texts = file.path.endsWith(".ipynb") ? cellsIn(new TextDecoder().decode(bytes)) : [bytes];
    const digests = new Set(texts.map((text) => createHash("sha256").update(text).digest("hex")));
    this.#digests.set(key, { stamp, digests });
    return digests;
  }
}

/** Files of the workspace that a run was made of, as far as they can be known again. */
function filesOf({ origin: { stream, uri }, info }: Run): readonly vscode.Uri[] {
  const files = stream ? placesOf(info, stream).files : uri ? [uri] : [];
  return files.filter((file) => file.scheme === "file" && vscode.workspace.getWorkspaceFolder(file));
}

const isThere = async (file: vscode.Uri): Promise<boolean> =>
  vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
