import { type Call, recorder } from "./recorder.ts";

/**
 * A list of calls that is being recorded. Calls that take statistics of a tensor wait until the next one is recorded: a pass
 * that reads the tensor anyway can take them along.
 */
export class Recording {
  readonly #calls: Call[] = [];
  #waiting: Call[] = [];
  /** Kernels that append to the list, behind what waits. */
  readonly k = recorder(() => this.#settled());

  /** All that has been recorded. */
  get calls(): readonly Call[] {
    return this.#settled();
  }

  /** Records a call, but not before the next one that does not wait. */
  wait(call: Call): void {
    this.#waiting.push(call);
  }

  /** Takes calls off the list, if all of them still wait. */
  withdraw(calls: readonly Call[]): boolean {
    if (!calls.every((call) => this.#waiting.includes(call))) return false;
    this.#waiting = this.#waiting.filter((call) => !calls.includes(call));
    return true;
  }

  #settled(): Call[] {
    if (this.#waiting.length > 0) this.#calls.push(...this.#waiting.splice(0));
    return this.#calls;
  }
}
