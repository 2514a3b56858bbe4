import * as vscode from "vscode";
import type { Finding } from "../insight/findings/found.ts";
import { fileLine, findingLine, modelLine, runLine, type Line, type ListedRun } from "../text/runTree.ts";
import { statusHover } from "../text/run.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import type { Runs } from "./runs.ts";
import { treeItem, tooltip } from "./say.ts";
import { Throttle } from "./throttle.ts";

export const RUNS_VIEW = "gradlens.runs";

const EVERY_MS = 500;

type GroupNode =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "model"; readonly file: string; readonly model: string };

interface FindingNode {
  readonly kind: "finding";
  readonly run: Run;
  readonly index: number;
  found: Finding;
}

/** A line of the tree: a file, a model of it, a run of the model, what was found in the run. */
export type Node = GroupNode | { readonly kind: "run"; readonly run: Run } | FindingNode;

/**
 * All runs that are kept: what was run last stands first. VS Code asks while runs come and go, tells lines apart by their objects and by
 * their ids, and forgets an answer that another question overtakes: each line is one object under one id for as long as there is what it
 * shows, and every answer is given at once.
 */
export class RunsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #isStale: (run: Run) => boolean;
  readonly #groups = new Map<string, GroupNode>();
  readonly #ofRun = new WeakMap<Run, { readonly node: Node; readonly findings: FindingNode[] }>();
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #draw = new Throttle(
    () => EVERY_MS,
    () => this.#changed.fire(undefined),
  );
  readonly #subscription: vscode.Disposable;

  constructor(runs: Runs, isStale: (run: Run) => boolean) {
    this.#runs = runs;
    this.#isStale = isStale;
    this.#subscription = runs.onDidChange(({ what }) => {
      if (what !== "moment" && what !== "spectrum") this.refresh();
    });
  }

  /** Those of a model or a file are all of its runs. */
  runsOf(nodes: readonly Node[]): readonly Run[] {
    const all = nodes.flatMap((node) =>
      "run" in node ? [node.run] : this.#runs.all().filter((run) => isUnder(node, run)),
    );
    return [...new Set(all)];
  }

  refresh(): void {
    this.#draw.request();
  }

  getChildren(node?: Node): Node[] {
    const latest = this.#runs.all().toReversed();
    if (!node) {
      const files = new Set(latest.map(({ origin }) => origin.file));
      return [...files].map((file) => this.#group({ kind: "file", file }));
    }
    switch (node.kind) {
      case "file": {
        const runs = latest.filter((run) => isUnder(node, run));
        const models = new Set(runs.map(({ origin }) => origin.model));
        return [...models].map((model) => this.#group({ kind: "model", file: node.file, model }));
      }
      case "model":
        return latest.filter((run) => isUnder(node, run)).map((run) => this.#linesOf(run).node);
      case "run":
        return this.#found(node.run);
      case "finding":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = treeItem(this.#line(node), idOf(node), folds(node));
    item.contextValue = contextOf(node);
    if (node.kind === "run") item.command = { command: "gradlens.runs.show", title: "", arguments: [node] };
    if (node.kind === "finding")
      item.command = {
        command: "gradlens.revealLayer",
        title: "",
        arguments: [node.run.id, node.found.layer],
      };
    return item;
  }

  /** What takes a look at the record of a run is read when the mouse rests on it. */
  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    if (node.kind === "run") {
      await node.run.record.bring();
      item.tooltip = tooltip(
        statusHover(summaryOf(node.run, this.#isStale(node.run)), node.run.findings()),
        [],
      );
    }
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#draw.dispose();
    this.#changed.dispose();
  }

  /** Where its record lies on the disk, this asks for it, and its findings are there once it has arrived. */
  #found(run: Run): Node[] {
    const { findings: lines } = this.#linesOf(run);
    return run.findings().findings.map((found, index) => {
      const line = (lines[index] ??= { kind: "finding", run, index, found });
      line.found = found;
      return line;
    });
  }

  #group(node: GroupNode): GroupNode {
    const id = idOf(node);
    const known = this.#groups.get(id) ?? node;
    this.#groups.set(id, known);
    return known;
  }

  #linesOf(run: Run): { readonly node: Node; readonly findings: FindingNode[] } {
    const lines = this.#ofRun.get(run) ?? { node: { kind: "run", run }, findings: [] };
    this.#ofRun.set(run, lines);
    return lines;
  }

  #line(node: Node): Line {
    switch (node.kind) {
      case "file": {
        const runs = this.#runs.all().filter((run) => isUnder(node, run));
        const models = new Set(runs.map(({ origin }) => origin.model));
        return fileLine(
          node.file,
          models.size,
          runs.some(({ origin }) => origin.uri),
        );
      }
      case "model":
        return modelLine(node.model, this.runsOf([node]).toReversed().map(this.#listed));
      case "run":
        return runLine(this.#listed(node.run));
      case "finding":
        return findingLine(node.found);
    }
  }

  #listed = (run: Run): ListedRun => ({
    summary: summaryOf(run, this.#isStale(run)),
    pinned: run.pinned,
    severity: run.said().severity,
  });
}

const isUnder = (node: { readonly file: string; readonly model?: string }, { origin }: Run): boolean =>
  origin.file === node.file && (node.model === undefined || origin.model === node.model);

/** A run that nothing was found in has nothing below it. */
const folds = (node: Node): "open" | "closed" | "leaf" => {
  if (node.kind === "file" || node.kind === "model") return "open";
  return node.kind === "run" && node.run.end && node.run.said().severity !== "ok" ? "closed" : "leaf";
};

/** Each line has one of its own, so that it stays open, selected and focused. Names of files and models are anyone's. */
function idOf(node: Node): string {
  switch (node.kind) {
    case "file":
      return JSON.stringify([node.kind, node.file]);
    case "model":
      return JSON.stringify([node.kind, node.file, node.model]);
    case "run":
      return JSON.stringify([node.kind, node.run.id]);
    case "finding":
      return JSON.stringify([node.kind, node.run.id, node.index]);
  }
}

/** Words that the manifest's `when` clauses look for. */
function contextOf(node: Node): string {
  if (node.kind !== "run") return node.kind;
  const { pinned, end, origin } = node.run;
  return [
    "run",
    pinned ? "pinned" : "loose",
    end ? "ended" : "active",
    origin.uri ? "declared" : "elsewhere",
  ].join(" ");
}
