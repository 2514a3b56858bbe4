import * as vscode from "vscode";
import { outcome, statusText } from "../text/run.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 250;

/** One status bar item while there is a run, and the view's progress bar while one goes on. */
export class Status implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #isStale: (run: Run) => boolean;
  readonly #item = vscode.window.createStatusBarItem("gradlens.run", vscode.StatusBarAlignment.Left, 0);
  readonly #draw = new Throttle(
    () => EVERY_MS,
    () => this.#show(),
  );
  readonly #subscription: vscode.Disposable;

  constructor(runs: Runs, isStale: (run: Run) => boolean) {
    this.#runs = runs;
    this.#isStale = isStale;
    this.#item.name = "GradLens";
    this.#item.command = "gradlens.showPanel";
    this.#subscription = runs.onDidChange(({ run, what }) => {
      if (what === "added") showProgress(run);
      this.#draw.request();
    });
  }

  /** The run's text has changed, or is again what it was. */
  refresh(): void {
    this.#draw.request();
  }

  text(): string {
    return this.#item.text;
  }

  #show(): void {
    const run = this.#runs.all().at(-1);
    if (!run) return this.#item.hide();
    const summary = run.summary(this.#isStale(run));
    this.#item.text = statusText(summary);
    this.#item.accessibilityInformation = { label: `GradLens: ${summary.info.model}, ${outcome(summary)}` };
    this.#item.tooltip = tooltip(
      `**${summary.info.model}** · ${summary.file}\n\n${outcome(summary)}`,
      run.end ? [["Run Again", "gradlens.rerun"]] : CONTROLS[run.state === "paused" ? "paused" : "running"],
    );
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#draw.dispose();
    this.#item.dispose();
  }
}

type Link = readonly [title: string, command: string];

const CONTROLS: Readonly<Record<"running" | "paused", readonly Link[]>> = {
  running: [
    ["Stop", "gradlens.stop"],
    ["Pause", "gradlens.pause"],
  ],
  paused: [
    ["Stop", "gradlens.stop"],
    ["Resume", "gradlens.resume"],
    ["Step", "gradlens.step"],
  ],
};

function tooltip(text: string, links: readonly Link[]): vscode.MarkdownString {
  const line = links.map(([title, command]) => `[${title}](command:${command})`).join(" · ");
  const markdown = new vscode.MarkdownString(`${text}\n\n${line}`);
  markdown.isTrusted = { enabledCommands: links.map(([, command]) => command) };
  return markdown;
}

function showProgress(run: Run): void {
  void vscode.window.withProgress({ location: { viewId: "gradlens.panel" } }, () => run.ended);
}
