import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CoolDown } from "../../src/engine/runtime/coolDown.ts";

/** A time in which nothing is tried again, on a clock that goes on by a millisecond at each question. */
class Clock {
  #now = 0;
  readonly coolDown = new CoolDown(() => this.#now);

  /** Milliseconds until it is over, to the nearest of the questions at which it looks. */
  wait(): number {
    this.coolDown.begin();
    const begun = this.#now;
    while (!this.coolDown.isOver()) this.#now++;
    return this.#now - begun;
  }
}

const about = (ms: number, expected: number): void => {
  assert.ok(ms >= expected && ms < expected + 100, `${ms} ms, expected about ${expected}`);
};

suite("what did not pay", () => {
  test("is tried again after a second, then each time after twice as long, up to ten seconds", () => {
    const clock = new Clock();
    for (const expected of [1000, 2000, 4000, 8000, 10_000, 10_000]) about(clock.wait(), expected);
  });

  test("is tried again soon once more after it did pay", () => {
    const clock = new Clock();
    for (let i = 0; i < 3; i++) clock.wait();
    clock.coolDown.forget();
    about(clock.wait(), 1000);
  });
});
