import type * as vscode from "vscode";
import type { ToWebview } from "../protocol/webview.ts";
import { Throttle } from "./throttle.ts";

type Kind = ToWebview["type"];

/** The most urgent first. */
const KINDS = ["state", "runs", "frames", "mark", "layer"] as const satisfies readonly Kind[];

/** `state` holds what these would say. */
const WITHIN_STATE: readonly Kind[] = ["runs", "frames"];

/**
 * Sends kinds of messages that are wanted, one at a time, `everyMs()` apart. A message is made when it is sent, so that what
 * changes meanwhile is in it.
 */
export class Outbox implements vscode.Disposable {
  readonly #send: (kind: Kind) => void;
  readonly #wanted = new Set<Kind>();
  readonly #turn: Throttle;

  constructor(everyMs: () => number, send: (kind: Kind) => void) {
    this.#send = send;
    this.#turn = new Throttle(everyMs, () => this.#next());
  }

  want(kind: Kind): void {
    this.#wanted.add(kind);
    this.#turn.request();
  }

  clear(): void {
    this.#wanted.clear();
  }

  #next(): void {
    const kind = KINDS.find((one) => this.#wanted.has(one));
    if (kind === undefined) return;
    this.#wanted.delete(kind);
    if (kind === "state") for (const part of WITHIN_STATE) this.#wanted.delete(part);
    this.#send(kind);
    if (this.#wanted.size > 0) this.#turn.request();
  }

  dispose(): void {
    this.#wanted.clear();
    this.#turn.dispose();
  }
}
