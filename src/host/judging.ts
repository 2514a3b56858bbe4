import type * as vscode from "vscode";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";

/**
 * What lists say was found in a run goes by the settings of findings as they are: one whose record lies on the disk, and that was
 * judged by others, or by nobody yet, is read for that, one after the other, and goes again where nobody else looks at it.
 */
export class Judging implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #subscription: vscode.Disposable;
  #turn: Promise<void> = Promise.resolve();
  #isDisposed = false;

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#subscription = runs.onDidChange(({ run, what }) => {
      if ((what !== "state" && what !== "restored") || run.isJudged) return;
      this.#turn = this.#turn.then(() => this.#judge(run));
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription.dispose();
  }

  async #judge(run: Run): Promise<void> {
    if (this.#isDisposed || run.isJudged || !this.#runs.all().includes(run)) return;
    const { usedMs } = run.record;
    await run.record.bring();
    if (!run.record.isHere) return; // it cannot be read, and is gone
    const isSeen = run.record.usedMs !== usedMs;
    const said = run.said();
    if (!isSeen) run.record.leave(said);
    this.#runs.changed(run, "state");
  }
}
