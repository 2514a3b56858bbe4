import type * as vscode from "vscode";

/** Runs `act` at once where it has been quiet, else as soon as `everyMs()` have passed; never twice within them. */
export class Throttle implements vscode.Disposable {
  readonly #everyMs: () => number;
  readonly #act: () => void;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = -Infinity;
  #disposed = false;

  constructor(everyMs: () => number, act: () => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  request(): void {
    if (this.#timer || this.#disposed) return;
    const wait = this.#lastMs + this.#everyMs() - performance.now();
    if (wait <= 0) return this.#run();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, wait);
  }

  /** At once, however lately it ran: for what does not come often. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#disposed) this.#run();
  }

  #run(): void {
    this.#lastMs = performance.now();
    this.#act();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposed = true;
  }
}

/**
 * Runs `act` for a key once it has been quiet for `quietMs`; at once, where it is asked to after a rest of `restMs`: what comes alone
 * need not wait for more. Absent: it always waits.
 */
export class Debounce<K extends object> implements vscode.Disposable {
  readonly #quietMs: number;
  readonly #act: (key: K) => void;
  readonly #restMs: (key: K) => number;
  readonly #timers = new Map<K, NodeJS.Timeout>();
  readonly #lastMs = new WeakMap<K, number>();

  constructor(quietMs: number, act: (key: K) => void, restMs: (key: K) => number = () => Infinity) {
    this.#quietMs = quietMs;
    this.#act = act;
    this.#restMs = restMs;
  }

  request(key: K): void {
    this.cancel(key);
    const now = performance.now();
    const isAlone = now - (this.#lastMs.get(key) ?? -Number.MAX_VALUE) >= this.#restMs(key);
    this.#lastMs.set(key, now);
    this.#timers.set(
      key,
      setTimeout(
        () => {
          this.#timers.delete(key);
          this.#act(key);
        },
        isAlone ? 0 : this.#quietMs,
      ),
    );
  }

  cancel(key: K): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
