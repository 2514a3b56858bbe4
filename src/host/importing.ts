import { open } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { t } from "../l10n/translate.ts";
import type { RunEnd, RunInfo } from "../protocol/run.ts";
import { counted } from "../insight/format.ts";
import { messageOf } from "../protocol/rpc.ts";
import { StreamReader } from "../text/stream/reader.ts";
import { plain } from "../text/quote.ts";
import { NO_CONTROL } from "./frameSource.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { warn, askWhatToOpen } from "./say.ts";

/** A file that grows is looked at so often, and given up when it has not grown for so long. */
const LOOK_MS = 250;
const PATIENCE_MS = 30_000;

/** Read at a time: what it holds is parsed in a few milliseconds. */
const PIECE_BYTES = 262_144;

/** Reads streams of runs that were recorded elsewhere, and follows those that still grow. */
export class Imports implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #stop = new AbortController();

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  /** Those that the user picks. */
  async pick(): Promise<readonly Run[]> {
    const picked = await askWhatToOpen({
      canSelectMany: true,
      title: plain`Import Runs`,
      filters: { "JSON Lines": ["jsonl", "ndjson"], [plain`All Files`]: ["*"] },
    });
    return this.all(picked ?? []);
  }

  async all(uris: readonly vscode.Uri[]): Promise<readonly Run[]> {
    const runs = await Promise.all(uris.map((uri) => this.read(uri)));
    return runs.filter((run) => run !== undefined);
  }

  /** The run of a stream, as soon as it has begun: it goes on while the file does. `undefined` where there is none, which is said. */
  read(uri: vscode.Uri): Promise<Run | undefined> {
    const name = basename(uri.path);
    if (uri.scheme === "file") return this.#take(name, grown(uri.fsPath, this.#stop.signal));
    return this.#take(
      name,
      once(() => vscode.workspace.fs.readFile(uri)),
    );
  }

  /** The same of what is in memory. */
  take(name: string, bytes: Uint8Array): Promise<Run | undefined> {
    return this.#take(
      name,
      once(() => Promise.resolve(bytes)),
    );
  }

  dispose(): void {
    this.#stop.abort();
  }

  #take(name: string, pieces: AsyncIterable<Uint8Array>): Promise<Run | undefined> {
    const begun = Promise.withResolvers<Run | undefined>();
    void this.#follow(new Import(this.#runs, name, begun.resolve), pieces).finally(() =>
      begun.resolve(undefined),
    );
    return begun.promise;
  }

  async #follow(one: Import, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const piece of pieces) {
        one.push(piece);
        if (one.isOver) break;
      }
      one.finish();
    } catch (error) {
      one.fail(error);
    }
  }
}

/** One stream that becomes a run. */
class Import {
  readonly #runs: Runs;
  readonly #name: string;
  readonly #begun: (run: Run) => void;
  readonly #reader = new StreamReader();
  #info: RunInfo | undefined;
  #run: Run | undefined;

  constructor(runs: Runs, name: string, begun: (run: Run) => void) {
    this.#runs = runs;
    this.#name = name;
    this.#begun = begun;
  }

  /** It has come to its end, or nobody wants it any more. */
  get isOver(): boolean {
    return this.#run?.end !== undefined || (this.#run !== undefined && !this.#runs.all().includes(this.#run));
  }

  push(piece: Uint8Array): void {
    const { refused, end, info, recorder } = this.#take(piece);
    if (info) this.#know(info);
    const run = this.#run;
    if (run && recorder.step() > run.step) {
      run.append(recorder.since(run.step));
      this.#runs.changed(run, "frames");
    }
    if (refused !== undefined) throw new Error(refused);
    if (!run) return;
    if (end) this.#end(run, end);
    this.#begun(run);
  }

  /** Nothing follows: a last line that has no break at its end counts. A run without an end was interrupted. */
  finish(): void {
    if (!this.isOver) this.push(LINE_FEED);
    const run = this.#run;
    if (!run) throw new Error(t`there is no run in it`);
    if (!run.end) this.#end(run, { reason: "interrupted", steps: run.step, elapsed_ms: 0 });
    const { bad, problems } = this.#reader;
    const [first] = problems;
    if (first)
      void warn(
        plain`GradLens: ${counted(bad, "line")} of ${this.#name} could not be read, the first of them line ${first.line}: ${first.message}.`,
      );
  }

  fail(error: unknown): void {
    const message = messageOf(error);
    const run = this.#run;
    if (run && !run.end) this.#end(run, run.endHere({ reason: "failed", message }));
    void warn(plain`GradLens: ${this.#name} cannot be read as the stream of a run: ${message}.`);
  }

  #take(piece: Uint8Array): StreamReader {
    this.#reader.take(piece);
    return this.#reader;
  }

  #know(info: RunInfo): void {
    if (info === this.#info) return;
    this.#info = info;
    const origin = { file: this.#name, model: info.model, fingerprint: "", info };
    this.#run ??= this.#runs.add({ origin });
    this.#run.controls = NO_CONTROL;
    this.#run.prepared({ info, files: [] }, false);
    this.#runs.changed(this.#run, "state");
  }

  #end(run: Run, end: RunEnd): void {
    run.finish(end);
    this.#runs.changed(run, "state");
  }
}

const LINE_FEED = new TextEncoder().encode("\n");

async function* once(read: () => Thenable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}

/** The bytes of a file, and those that are appended to it, until none has come for long. Nothing is made of a file that is cut. */
async function* grown(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let at = 0, quietMs = 0; quietMs < PATIENCE_MS && !signal.aborted;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead > 0) {
        [at, quietMs] = [at + bytesRead, 0];
        yield piece.subarray(0, bytesRead);
        continue;
      }
      const { size } = await file.stat();
      if (size < at || size === 0) return;
      yield NOTHING; // whoever reads may have lost interest
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
      quietMs += LOOK_MS;
    }
  } finally {
    await file.close();
  }
}

const NOTHING = new Uint8Array(0);
