import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Autotuner } from "../../src/engine/runtime/autotune.ts";

type Way = "alone" | "together";

/** A cycle of two tasks on a clock that only they move. `cost`: of a task done in a way, after the other was done in `before`. */
class Cycle {
  #now = 0;
  #last: Way = "alone";
  readonly #choices = (() => {
    const autotuner = new Autotuner(() => this.#now);
    return [autotuner.task(), autotuner.task()];
  })();

  /** Cycles of both tasks; the ways of the last cycle. */
  run(cycles: number, cost: (task: number, way: Way, before: Way) => number): Way[] {
    let taken: Way[] = [];
    for (let i = 0; i < cycles; i++) {
      taken = [];
      this.#choices.forEach((choose, task) => {
        const done = (way: Way) => () => {
          this.#now += cost(task, way, this.#last);
          this.#last = way;
          taken.push(way);
        };
        choose(done("alone"), done("together"));
      });
    }
    return taken;
  }
}

const LONG = 150;

suite("the variant that the autotuner takes", () => {
  test("is that of all threads where they are faster together", () => {
    assert.deepEqual(
      new Cycle().run(LONG, (_, way) => (way === "alone" ? 2 : 1)),
      ["together", "together"],
    );
  });

  test("is that of one thread where more of them are slower, or hardly faster", () => {
    for (const together of [3, 1.99]) {
      const ways = new Cycle().run(LONG, (_, way) => (way === "alone" ? 2 : together));
      assert.deepEqual(ways, ["alone", "alone"]);
    }
  });

  test("is one for the whole cycle: what is faster alone may be slower alone behind what is done together", () => {
    const costs = [
      { alone: 8, together: 4 },
      { alone: 0.5, together: 0.7 },
    ];
    const ways = new Cycle().run(LONG, (task, way, before) => costs[task][way] + (way === before ? 0 : 1));
    assert.deepEqual(ways, ["together", "together"]);
  });

  test("is not misled by first runs, nor by single slow ones", () => {
    let runs = 0;
    const ways = new Cycle().run(LONG, (_, way) => {
      runs++;
      if (way === "together" && (runs < 50 || runs % 5 === 0)) return 20;
      return way === "alone" ? 2 : 1;
    });
    assert.deepEqual(ways, ["together", "together"]);
  });

  test("is not misled by another program that comes while it measures, and leaves again", () => {
    let runs = 0;
    const ways = new Cycle().run(LONG, (_, way) => {
      runs++;
      const busy = runs > 40 && runs < 70 ? 3 : 1;
      return busy * (way === "alone" ? 2 : 1);
    });
    assert.deepEqual(ways, ["together", "together"]);
  });

  test("changes when the machine does", () => {
    const cycle = new Cycle();
    const quiet = (_: number, way: Way) => (way === "alone" ? 2 : 1);
    const busy = (_: number, way: Way) => (way === "alone" ? 2 : 50);
    assert.deepEqual(cycle.run(LONG, quiet), ["together", "together"]);
    assert.deepEqual(cycle.run(5000, busy), ["alone", "alone"]);
    assert.deepEqual(cycle.run(5000, quiet), ["together", "together"]);
  });

  test("says which variant is taken each time that both were measured, and measures again when it is told to", () => {
    const verdicts: boolean[] = [];
    let now = 0;
    const autotuner = new Autotuner(
      () => now,
      (together) => verdicts.push(together),
    );
    const choose = autotuner.task();
    const run = (times: number, alone: number, together: number) => {
      for (let i = 0; i < times; i++)
        choose(
          () => void (now += alone),
          () => void (now += together),
        );
    };
    run(LONG, 2, 1);
    assert.deepEqual(verdicts, [true]);
    autotuner.restart();
    run(LONG, 1, 2);
    assert.deepEqual(verdicts, [true, false]);
  });
});
