import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { slopeOf, verdictOf } from "../../tools/soak/slope.mjs";
import { generator } from "../webview/runs.ts";

/** Memory of 15 minutes, measured every five seconds, that rises by `slope` a minute and wanders around that. */
const course = (slope: number, wander: number, seed = 1) => {
  const random = generator(seed);
  return Array.from(
    { length: 180 },
    (_, i) => [i / 12, 100 + (slope * i) / 12 + wander * (random() - 0.5)] as const,
  );
};

suite("the slope of what a process holds", () => {
  test("is exact where nothing wanders", () => {
    const { slope, error } = slopeOf(course(3, 0));
    assert.ok(Math.abs(slope - 3) < 1e-9 && error < 1e-9);
  });

  test("lies within its own bounds nineteen times of twenty", () => {
    const seeds = Array.from({ length: 400 }, (_, seed) => seed);
    const hits = seeds.filter((seed) => {
      const { slope, error } = slopeOf(course(0.5, 20, seed));
      return Math.abs(slope - 0.5) <= error;
    });
    assert.ok(hits.length > 0.9 * seeds.length && hits.length < 0.99 * seeds.length, `${hits.length} of 400`);
  });

  test("is less sure where neighbours tell the same", () => {
    // 180 that count as 20: √9 times as wide.
    const [some, all] = [slopeOf(course(1, 20), 20).error, slopeOf(course(1, 20)).error];
    assert.ok(Math.abs(some / all - 3) < 1e-9);
  });

  test("is called level, a rise, or not to be told", () => {
    assert.equal(verdictOf({ slope: 0.1, error: 0.2 }, 1), "levels off: 0.10 ± 0.20 MB a minute");
    assert.equal(verdictOf({ slope: 3, error: 0.5 }, 1), "rises by 3.00 ± 0.50 MB a minute");
    assert.equal(verdictOf({ slope: 1, error: 2 }, 1), "cannot be told yet: 1.00 ± 2.00 MB a minute");
  });
});
