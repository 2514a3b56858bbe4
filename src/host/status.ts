import type * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import { statusHover, statusSpoken, statusText } from "../text/run.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import type { Runs } from "./runs.ts";
import { showProgress, StatusItem, tooltip, type CommandLink } from "./say.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 250;

/** One status bar item while there is a run, and the view's progress bar while one goes on. */
export class Status implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #isStale: (run: Run) => boolean;
  readonly #item = new StatusItem("gradlens.run", "GradLens", "gradlens.showPanel");
  readonly #draw = new Throttle(
    () => EVERY_MS,
    () => this.#show(),
  );
  readonly #subscription: vscode.Disposable;

  constructor(runs: Runs, isStale: (run: Run) => boolean) {
    this.#runs = runs;
    this.#isStale = isStale;
    this.#subscription = runs.onDidChange(({ run, what }) => {
      if (what === "added") showProgress("gradlens.panel", run.ended);
      this.#draw.request();
    });
  }

  /** The run's text has changed, or is again what it was. */
  refresh(): void {
    this.#draw.request();
  }

  text(): string {
    return this.#item.text();
  }

  /** As Markdown. */
  tooltip(): string {
    return this.#item.tooltip();
  }

  #show(): void {
    const run = this.#runs.all().at(-1);
    if (!run) return this.#item.hide();
    const summary = summaryOf(run, this.#isStale(run));
    const links = !run.isWatched && run.origin.uri ? linksOf(run) : [];
    const found = run.findings();
    this.#item.show(
      statusText(summary, found),
      statusSpoken(summary, found),
      tooltip(statusHover(summary, found), links),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#draw.dispose();
    this.#item.dispose();
  }
}

const linksOf = (run: Run): readonly CommandLink[] =>
  run.end ? AGAIN : LINKS[run.state === "paused" ? "paused" : "running"];

const AGAIN: readonly CommandLink[] = [[plain`Run Again`, "gradlens.rerun"]];

const LINKS: Readonly<Record<"running" | "paused", readonly CommandLink[]>> = {
  running: [
    [plain`Stop`, "gradlens.stop"],
    [plain`Pause`, "gradlens.pause"],
  ],
  paused: [
    [plain`Stop`, "gradlens.stop"],
    [plain`Resume`, "gradlens.resume"],
    [plain`Step`, "gradlens.step"],
  ],
};
