import * as vscode from "vscode";
import type { RuleSettings } from "../protocol/rules.ts";
import type { Probe } from "./probe.ts";
import { Run, type RunRequest } from "./run.ts";

/** What changed about a run. `frames` comes often: whoever draws it slows it down. */
export interface RunChange {
  readonly run: Run;
  readonly what: "added" | "state" | "frames" | "removed";
}

/** The runs of this window that are kept, oldest first. */
export class Runs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunChange>();
  readonly onDidChange = this.#changed.event;
  readonly #probes = new Map<string, Probe>();
  readonly #didProbe = new vscode.EventEmitter<Probe>();
  readonly onDidProbe = this.#didProbe.event;
  readonly #keep: () => number;
  #all: Run[] = [];
  #nextId = 1;

  constructor(keep: () => number) {
    this.#keep = keep;
  }

  all(): readonly Run[] {
    return this.#all;
  }

  get(id: number): Run | undefined {
    return this.#all.find((run) => run.id === id);
  }

  /** The latest run of a model. */
  latest(uri: vscode.Uri, model: string): Run | undefined {
    return this.#all.findLast(({ origin }) => origin.model === model && isOf(origin, uri));
  }

  /** The runs of the same file that were started before a run and made at least one step, oldest first. */
  before({ id, origin: { uri } }: Run): readonly Run[] {
    return this.#all.filter((run) => run.id < id && run.step > 0 && isOf(run.origin, uri));
  }

  add(request: RunRequest): Run {
    const run = new Run(this.#nextId++, request);
    this.#all.push(run);
    this.changed(run, "added");
    while (this.#all.length > this.#keep()) {
      const oldest = this.#all.shift();
      if (oldest) this.changed(oldest, "removed");
    }
    return run;
  }

  /** The latest probe of a model. */
  probe(uri: vscode.Uri, model: string): Probe | undefined {
    return this.#probes.get(keyOf(uri, model));
  }

  /** A model was probed. */
  probed(probe: Probe): void {
    const { uri, model } = probe.origin;
    this.#probes.set(keyOf(uri, model), probe);
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
  judge(rulesOf: (uri: vscode.Uri) => RuleSettings): void {
    for (const run of [...this.#all, ...this.#probes.values()]) run.judge(rulesOf(run.origin.uri));
    for (const run of this.#all) this.changed(run, "state");
  }

  /** Files were renamed: the runs follow. */
  moved(from: vscode.Uri, to: vscode.Uri): void {
    for (const run of this.#all) {
      const path = run.origin.uri.path;
      if (path !== from.path && !path.startsWith(`${from.path}/`)) continue;
      const uri = to.with({ path: to.path + path.slice(from.path.length) });
      run.origin = { ...run.origin, uri, file: vscode.workspace.asRelativePath(uri) };
      this.changed(run, "state");
    }
  }

  dispose(): void {
    this.#changed.dispose();
    this.#didProbe.dispose();
  }
}

const isOf = (origin: Run["origin"], uri: vscode.Uri): boolean => origin.uri.toString() === uri.toString();

const keyOf = (uri: vscode.Uri, model: string): string => `${uri.toString()}\n${model}`;
