import * as vscode from "vscode";
import type { Anchors, Now } from "../anchors.ts";
import type { Run } from "../run.ts";
import type { Runs } from "../runs.ts";
import { Debounce } from "../throttle.ts";
import { cellsOf, isCell, openNotebook } from "./cells.ts";
import { digestsOf, keysOf } from "./digests.ts";
import { placesOf, type Place, type Places } from "./places.ts";
import { afterEdit, anchorsOf, movedAs, type ProgramAnchor } from "./programLines.ts";

/** A text is compared with what ran once it has been quiet for so long. */
const QUIET_MS = 150;

/** What is known of a run in a document. */
interface Seen {
  readonly run: Run;
  /** What the document is called in the places of the run. */
  readonly file: string;
  anchors: readonly ProgramAnchor[];
  /** Anchors stand where the run says: the text is what ran. */
  isExact: boolean;
}

interface Known {
  /** What the text is, as far as that is known. */
  digests: readonly string[];
  /** Of a cell: what it may be called in the places of runs. */
  keys: readonly string[];
  readonly seen: Map<Run, Seen>;
}

/**
 * Layers of watched runs stand where their program makes them, in the files of the workspace alone, and in cells of notebooks, which
 * are known by what they hold. Edits move them; where the text is no longer what ran, what stands there is stale.
 */
export class ProgramAnchors implements Anchors<ProgramAnchor>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #known = new Map<vscode.TextDocument, Known>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** Something is stale now, or no longer. */
  readonly onDidChange = this.#changed.event;
  readonly #quiet = new Debounce<vscode.TextDocument>(QUIET_MS, (document) => void this.#look(document));
  readonly #subscriptions: vscode.Disposable[];

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const known = this.#known.get(document);
        if (!known || contentChanges.length === 0) return;
        for (const change of contentChanges)
          for (const seen of known.seen.values()) seen.anchors = afterEdit(seen.anchors, change);
        this.#quiet.request(document);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (this.#known.has(document)) this.#quiet.request(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#known.delete(document)),
      runs.onDidChange(({ run, what }) => {
        if (what === "removed") for (const { seen } of this.#known.values()) seen.delete(run);
        if (what === "state") this.#leave(run);
      }),
    ];
  }

  has(document: vscode.TextDocument): boolean {
    return isProgram(document) && this.#seen(document).length > 0;
  }

  /** Where two runs have something to say of a line, the later one says it. */
  of(document: vscode.TextDocument): readonly ProgramAnchor[] {
    const byLine = new Map<number, ProgramAnchor>();
    for (const { anchors } of this.#seen(document))
      for (const anchor of anchors) if (!byLine.has(anchor.start.line)) byLine.set(anchor.start.line, anchor);
    return [...byLine.values()].sort((a, b) => a.start.line - b.start.line);
  }

  at(document: vscode.TextDocument, { line }: vscode.Position): ProgramAnchor | undefined {
    return this.of(document).findLast(({ start, end }) => start.line <= line && line <= end.line);
  }

  find(document: vscode.TextDocument, run: Run, layer: string): ProgramAnchor | undefined {
    const [row] = run.rows([layer]);
    const seen = this.#seen(document, run).find((one) => one.run === run);
    return row === undefined ? undefined : seen?.anchors.find(({ rows }) => rows.includes(row));
  }

  now(document: vscode.TextDocument): Now<ProgramAnchor> {
    return {
      figures: ({ run, rows }) => {
        const frame = run.historySeen().latest();
        return frame && { run, frame, rows, stale: this.isStaleIn(document, run), probe: false };
      },
    };
  }

  /** The runs that a document shows, the latest first. */
  runs(document: vscode.TextDocument): readonly Run[] {
    const shown = new Set(this.of(document).map(({ run }) => run));
    return [...shown].sort((a, b) => b.id - a.id);
  }

  /** A file that is open is no longer what ran. */
  isStale(run: Run): boolean {
    if (!run.isWatched) return false;
    return [...this.#known.values()].some(({ seen }) => seen.get(run)?.isExact === false);
  }

  /** This document is no longer what ran. */
  isStaleIn(document: vscode.TextDocument, run: Run): boolean {
    return this.#known.get(document)?.seen.get(run)?.isExact === false;
  }

  /** In this document the first layer of a run was made. */
  beginsIn(document: vscode.TextDocument, run: Run): boolean {
    const first = placesIn(run)?.ofRow.find((row) => row);
    return first !== undefined && this.#known.get(document)?.seen.get(run)?.file === first.file;
  }

  /** Opens the file where a layer was made. */
  async open(run: Run, layer: string): Promise<vscode.TextDocument | undefined> {
    const places = placesIn(run);
    const file = places?.ofRow[run.rows([layer])[0] ?? -1]?.file;
    const uri = places?.files.find((one) => one.toString() === file);
    if (file === undefined) return undefined;
    if (!uri) return this.#holder(run, file) ?? this.#openCell(run, file, places?.notebook);
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      await this.#look(document, run);
      return document;
    } catch {
      return undefined;
    }
  }

  /** The cell that holds what a run calls so, of those that were looked at. */
  #holder(run: Run, file: string): vscode.TextDocument | undefined {
    return [...this.#known].find(([document]) => this.#see(document, run)?.file === file)?.[0];
  }

  async #openCell(
    run: Run,
    file: string,
    uri: vscode.Uri | undefined,
  ): Promise<vscode.TextDocument | undefined> {
    const notebook = uri && (await openNotebook(uri));
    for (const cell of notebook ? cellsOf(notebook).filter(isProgram) : []) await this.#look(cell, run);
    return this.#holder(run, file);
  }

  /** Those that a document shows, the latest first; `wanted` also where there is a later one of its model. */
  #seen(document: vscode.TextDocument, wanted?: Run): readonly Seen[] {
    const models = new Set<string>();
    return this.#runs
      .all()
      .toReversed()
      .flatMap((run) => {
        const isLatest = !models.has(run.origin.model);
        if (!run.isWatched || (!isLatest && run !== wanted)) return [];
        const seen = this.#see(document, run);
        if (seen) models.add(run.origin.model);
        return seen ?? [];
      });
  }

  #see(document: vscode.TextDocument, run: Run): Seen | undefined {
    const { stream } = run.origin;
    if (!stream) return undefined;
    const known = this.#known.get(document);
    const seenBefore = known?.seen.get(run);
    if (seenBefore) return seenBefore;
    const places = placesOf(run.info, stream);
    const at = isCell(document) ? cellOf(known, places) : fileOf(document, places);
    if (!at) {
      if (isCell(document) && !known) void this.#look(document);
      return undefined;
    }
    const { file, edited } = at;
    const own = places.byFile.get(file) ?? [];
    const seen: Seen = {
      run,
      file,
      anchors: edited ? movedAs(edited.anchors, run, own) : anchorsOf(document, run, own),
      isExact: true,
    };
    if (known) {
      known.seen.set(run, seen);
      seen.isExact = isWhatRan(known, seen);
    } else {
      this.#known.set(document, { ...UNKNOWN, seen: new Map([[run, seen]]) });
      void this.#look(document);
    }
    return seen;
  }

  /** Documents whose files are no longer those of the run show it no more: they were renamed. */
  #leave(run: Run): void {
    const { stream } = run.origin;
    if (!stream) return;
    const { byFile } = placesOf(run.info, stream);
    for (const { seen } of this.#known.values()) {
      const one = seen.get(run);
      if (one && !byFile.has(one.file)) seen.delete(run);
    }
  }

  /** Compares the text with what ran. */
  async #look(document: vscode.TextDocument, run?: Run): Promise<void> {
    const known = this.#known.get(document) ?? { ...UNKNOWN, seen: new Map<Run, Seen>() };
    this.#known.set(document, known);
    const { version } = document;
    const digests = await digestsOf(document);
    if (document.isClosed || document.version !== version) return;
    known.digests = digests;
    known.keys = isCell(document) ? keysOf(document, digests) : [];
    if (run) this.#see(document, run);
    for (const seen of known.seen.values()) {
      const isExact = isWhatRan(known, seen);
      if (isExact && !seen.isExact) seen.anchors = anchorsOf(document, seen.run, linesOf(seen));
      seen.isExact = isExact;
    }
    this.#changed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#quiet.dispose();
    this.#changed.dispose();
  }
}

export const isProgram = ({ languageId, isClosed }: vscode.TextDocument): boolean =>
  languageId === "python" && !isClosed;

const UNKNOWN = { digests: [], keys: [] };

const placesIn = ({ info, origin: { stream } }: Run): Places | undefined => stream && placesOf(info, stream);

const linesOf = ({ run, file }: Seen): readonly Place[] => placesIn(run)?.byFile.get(file) ?? [];

/** What a run calls a document; and, where that is a cell that has been edited since an earlier run of it, what is known from that. */
interface Named {
  readonly file: string;
  readonly edited?: Seen;
}

function fileOf({ uri }: vscode.TextDocument, { byFile }: Places): Named | undefined {
  const file = uri.toString();
  return byFile.has(file) ? { file } : undefined;
}

function cellOf(known: Known | undefined, { byFile }: Places): Named | undefined {
  const file = known?.keys.find((key) => byFile.has(key));
  if (file !== undefined) return { file };
  const edited = [...(known?.seen.values() ?? [])].find((seen) => byFile.has(seen.file));
  return edited && { file: edited.file, edited };
}

/** As long as nobody has looked, and where the run does not say what ran, it is taken to be that. */
function isWhatRan({ digests }: Known, { run, file }: Seen): boolean {
  const ran = placesIn(run)?.digests.get(file);
  return ran === undefined || digests.length === 0 || digests.includes(ran);
}
