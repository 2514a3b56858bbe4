import * as vscode from "vscode";
import type { RunId } from "../protocol/webview.ts";

/** Which runs the user wants under the shown one, and which not: whatever shows runs asks it, and every panel follows. */
export class Pins implements vscode.Disposable {
  readonly #pinned = new Set<RunId>();
  readonly #hidden = new Set<RunId>();
  readonly #changed = new vscode.EventEmitter<RunId>();
  readonly onDidChange = this.#changed.event;

  /** Lays a run under whichever is shown, or takes it away, also where it would lie there by itself. */
  pin(run: RunId, on: boolean): void {
    const [to, from] = on ? [this.#pinned, this.#hidden] : [this.#hidden, this.#pinned];
    to.add(run);
    from.delete(run);
    this.#changed.fire(run);
  }

  isPinned(run: RunId): boolean {
    return this.#pinned.has(run);
  }

  /** The user has taken it away. */
  isHidden(run: RunId): boolean {
    return this.#hidden.has(run);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
