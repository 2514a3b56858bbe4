import * as vscode from "vscode";
import type { FrameSource } from "./frameSource.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import { movedOrigin } from "./movedOrigin.ts";
import type { Probe } from "./probe.ts";
import type { Rename } from "./renames.ts";
import { Run } from "./run.ts";
import type { KeptBefore, RunBeginning } from "./runOrigin.ts";

/**
 * What changed about a run. `frames` and `moment` (another step is looked at) come often: whoever draws them slows them down.
 * `restored`: it was there before this window; `arrived`: what was recorded of it has been read from the disk.
 */
export interface RunChange {
  readonly run: Run;
  readonly what: "added" | "restored" | "arrived" | "state" | "frames" | "moment" | "spectrum" | "removed";
}

type RulesOf = (uri: vscode.Uri | undefined) => RuleSettings;

/** The runs of this window that are kept, oldest first. */
export class Runs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunChange>();
  readonly onDidChange = this.#changed.event;
  readonly #probes = new Map<string, Probe>();
  readonly #didProbe = new vscode.EventEmitter<Probe>();
  readonly onDidProbe = this.#didProbe.event;
  /** Of each probe that goes on, the file. */
  readonly #probing = new Set<{ readonly uri: vscode.Uri }>();
  readonly #didSettle = new vscode.EventEmitter<vscode.Uri>();
  /** A model of a file is no longer probed, whatever came of it. */
  readonly onDidSettle = this.#didSettle.event;
  readonly #keep: () => number;
  readonly #rulesOf: RulesOf;
  #all: Run[] = [];
  #nextId = 1;
  /** Runs of earlier windows count back from here. */
  #firstId = 1;

  /** `rulesOf`: how findings are set for a file's models where the file says nothing of them. */
  constructor(keep: () => number, rulesOf: RulesOf = () => ({})) {
    this.#keep = keep;
    this.#rulesOf = rulesOf;
  }

  all(): readonly Run[] {
    return this.#all;
  }

  get(id: number): Run | undefined {
    return this.#all.find((run) => run.id === id);
  }

  /** The latest run of a model. */
  latest(uri: vscode.Uri | undefined, model: string): Run | undefined {
    return this.#all.findLast(({ origin }) => origin.model === model && isOf(origin, uri));
  }

  /** The runs of the same file that were started before a run and made at least one step, oldest first. */
  before({ id, origin: { uri } }: Run): readonly Run[] {
    return uri ? this.#all.filter((run) => run.id < id && run.step > 0 && isOf(run.origin, uri)) : [];
  }

  /** `source`: where its frames come from, if not from whoever adds it. */
  add(beginning: RunBeginning, source?: FrameSource): Run {
    const run = this.judged(new Run(this.#nextId++, beginning));
    if (source) this.#listen(run, source);
    this.#all.push(run);
    this.changed(run, "added");
    this.#drop(this.#all.length - this.#keep());
    return run;
  }

  /** A run that has ended hears nothing more. */
  #listen(run: Run, source: FrameSource): void {
    run.controls = source.controls;
    source.onFrames((increment) => {
      if (isOver(run)) return;
      run.append(increment);
      this.changed(run, "frames");
    });
    source.onState((state) => {
      if (isOver(run)) return;
      run.told(state);
      this.changed(run, "state");
      if (isOver(run)) source.dispose();
    });
  }

  /** Runs of earlier windows, oldest first: they come before those of this one. */
  restore(kept: readonly KeptBefore[]): readonly Run[] {
    const first = this.#firstId - kept.length;
    const runs = kept.map((before, i) => this.judged(new Run(first + i, before)));
    this.#firstId = first;
    this.#all.unshift(...runs);
    return runs;
  }

  /** Takes runs away. `putBack` brings one back that is still held. */
  remove(run: Run): void {
    if (!this.#all.includes(run)) return;
    this.#all = this.#all.filter((one) => one !== run);
    this.changed(run, "removed");
  }

  putBack(run: Run): void {
    this.#all = [...this.#all, run].sort((a, b) => a.id - b.id);
    this.changed(run, "restored");
  }

  /** The oldest ones that nobody has pinned, but never the latest. */
  #drop(count: number): void {
    const loose = this.#all.slice(0, -1).filter(({ pinned }) => !pinned);
    for (const run of loose.slice(0, Math.max(0, count))) this.remove(run);
  }

  /** The latest probe of a model. */
  probe(uri: vscode.Uri, model: string): Probe | undefined {
    return this.#probes.get(keyOf(uri, model));
  }

  /** A model of a file is probed, until what is returned is called. */
  probing(uri: vscode.Uri): () => void {
    const one = { uri };
    this.#probing.add(one);
    return () => {
      if (this.#probing.delete(one) && !this.isProbing(uri)) this.#didSettle.fire(uri);
    };
  }

  /** What was found of the text before stands until it is known what there is to say of this one: nothing flickers. */
  isProbing(uri: vscode.Uri): boolean {
    return [...this.#probing].some((one) => one.uri.toString() === uri.toString());
  }

  /** A model was probed, or more is known of what was. */
  probed(probe: Probe): void {
    const { uri, model } = probe.origin;
    if (uri) this.#probes.set(keyOf(uri, model), probe);
    this.#didProbe.fire(probe);
  }

  /** A file was closed. */
  forgetProbes(uri: vscode.Uri): void {
    for (const [key, { origin }] of this.#probes) if (isOf(origin, uri)) this.#probes.delete(key);
  }

  changed(run: Run, what: RunChange["what"]): void {
    this.#changed.fire({ run, what });
  }

  /** Findings are set otherwise: what was seen is judged anew. */
  judge(): void {
    for (const run of [...this.#all, ...this.#probes.values()]) this.judged(run);
    for (const run of this.#all) this.changed(run, "state");
  }

  /** By the settings of its file. */
  judged<R extends Run>(run: R): R {
    run.judge(this.#rulesOf(run.origin.uri));
    return run;
  }

  /** Lays a run under whichever is shown, for as long as it is kept, or leaves that to its place. A pinned run is not dropped for another. */
  pin(run: Run, on: boolean): void {
    [run.pinned, run.hidden] = [on, false];
    this.changed(run, "state");
  }

  /** Takes a run away from under those that are shown: it does not lie there by itself any more. */
  hide(run: Run): void {
    [run.pinned, run.hidden] = [false, true];
    this.changed(run, "state");
  }

  /** Another step of a run is looked at; `undefined`: the latest. */
  look(run: Run, step: number | undefined): void {
    if (run.moment.at === step) return;
    run.moment.at = step;
    this.changed(run, "moment");
  }

  /** Files were renamed: the runs follow. */
  moved(rename: Rename): void {
    for (const run of this.#all) {
      const origin = movedOrigin(run, rename);
      if (!origin) continue;
      run.origin = origin;
      this.changed(run, "state");
    }
  }

  dispose(): void {
    this.#changed.dispose();
    this.#didProbe.dispose();
    this.#didSettle.dispose();
  }
}

/** One that is taken to be lost may turn up again. */
const isOver = ({ end }: Run): boolean => end !== undefined && end.reason !== "lost";

const isOf = (origin: Run["origin"], uri: vscode.Uri | undefined): boolean =>
  uri !== undefined && origin.uri?.toString() === uri.toString();

const keyOf = (uri: vscode.Uri, model: string): string => `${uri.toString()}\n${model}`;
