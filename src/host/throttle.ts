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

/** Runs `act` for a key once it has been quiet for `quietMs`. */
export class Debounce<K> implements vscode.Disposable {
  readonly #quietMs: number;
  readonly #act: (key: K) => void;
  readonly #timers = new Map<K, NodeJS.Timeout>();

  constructor(quietMs: number, act: (key: K) => void) {
    this.#quietMs = quietMs;
    this.#act = act;
  }

  request(key: K): void {
    this.cancel(key);
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        this.#act(key);
      }, this.#quietMs),
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
