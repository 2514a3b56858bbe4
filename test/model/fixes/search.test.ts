import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Fault } from "../../../src/model/fixes/candidates.ts";
import type { Measure } from "../../../src/model/fixes/ranking.ts";
import { type Ask, type Outcome, search } from "../../../src/model/fixes/search.ts";

const text = `{
  "models": {
    "m": {
      "input": [2],
      "layers": [
        { "repeat": 4, "name": "block", "layers": [{ "type": "Linear", "out_features": 16 }, { "type": "Sigmoid" }] },
        { "type": "Linear", "out_features": 2 },
        { "type": "Softmax" } // too much
      ],
      "loss": "CrossEntropyLoss",
      "optimizer": { "type": "SGD", "lr": 0.1 },
      "data": { "type": "spiral" }
    }
  }
}
`;

const softmax: Fault = { id: "softmax-before-ce", fixes: ["drop-activation"], isStatic: true };
const depth: Fault = {
  id: "vanishing-depth",
  path: "block.0.0",
  fixes: ["relu", "batch-norm", "adam"],
  isStatic: false,
};

type Judge = (text: string, ask: Ask) => number;

/** What comes of a search in a world in which a text's loss is known; a Softmax at the end can never go. */
function searched(relativeOf: Judge, faults: readonly Fault[] = [softmax, depth]) {
  const asks: Ask[] = [];
  const measure = (of: string, ask: Ask): Measure => {
    const relative = relativeOf(of, ask);
    return { relative, well: relative < 0.9, barred: of.includes("Softmax") };
  };
  const none = { stage: "original", candidates: [], keep: 0, share: 1, seed: 0 } as const;
  const searching = search({ text, model: "m", faults, original: measure(text, none) });
  let asked = searching.next();
  while (!asked.done) {
    const ask = asked.value;
    asks.push(ask);
    asked = searching.next(ask.candidates.map((candidate) => measure(candidate.text, ask)));
  }
  return { outcome: asked.value, asks };
}

const namesOf = ({ best }: Outcome<Measure>): readonly string[] =>
  best?.candidate.fixes.map(({ name }) => name) ?? [];

/** ReLU helps, and Adam at a rate of 0.01 more. */
const known: Judge = (of) => {
  const lr = of.includes("Adam") ? Number(/"lr": ([\d.e-]+)/.exec(of)?.[1]) : NaN;
  return of.includes("ReLU") ? (lr === 0.01 ? 0.02 : 0.3) : 1;
};

suite("the search for fixes", () => {
  test("finds the fix, and then the rate", () => {
    const { outcome } = searched(known);
    assert.deepEqual(namesOf(outcome), ["drop-activation", "relu", "adam"]);
    assert.equal(outcome.best?.measures.length, 3);
    assert.equal(outcome.original.length, 3);
  });

  test("asks the same questions again", () => {
    const texts = ({ asks }: ReturnType<typeof searched>) =>
      asks.map(({ share, seed, candidates }) => [share, seed, candidates.map((one) => one.text)]);
    assert.deepEqual(texts(searched(known)), texts(searched(known)));
  });

  test("mends what is wrong by construction in every candidate, and never ranks one that keeps it", () => {
    const { asks, outcome } = searched((of) => (of.includes("Softmax") ? 1e-9 : known(of, asks0)));
    const fixed = asks.flatMap(({ candidates }) => candidates).filter(({ fixes }) => fixes.length > 0);
    assert.ok(fixed.length > 10);
    assert.ok(fixed.every((candidate) => !candidate.text.includes("Softmax")));
    assert.equal(outcome.best, undefined); // a loss of 1e-9 cannot be bettered
    const kept = searched((of) => (of.includes("Softmax") ? 1e-9 : 0.5), [{ ...softmax, fixes: ["wider"] }]);
    assert.deepEqual(kept.outcome.finalists, []);
  });

  test("calls nothing a fix that is not better in every seed", () => {
    const { outcome } = searched((of, { seed }) => (seed === 2 ? 1 : known(of, asks0)));
    assert.equal(outcome.best, undefined);
    assert.ok(outcome.finalists.length > 0);
  });

  test("tries lower rates where the best learns with one seed and not with another", () => {
    const { outcome } = searched((of, { seed }) => {
      const lr = of.includes("Adam") ? Number(/"lr": ([\d.e-]+)/.exec(of)?.[1]) : NaN;
      if (!of.includes("ReLU") || Number.isNaN(lr)) return 1;
      return lr < 0.002 ? 0.2 : seed === 0 ? 0.01 : 1;
    });
    assert.deepEqual(
      outcome.best?.measures.map(({ relative }) => relative),
      [0.2, 0.2, 0.2],
    );
    assert.equal(
      outcome.best.candidate.fixes.at(-1)?.title,
      "Replace SGD by Adam with a learning rate of 0.0009",
    );
  });

  test("calls nothing a fix that is hardly better", () => {
    assert.equal(searched((of) => (of === text ? 1 : 0.97)).outcome.best, undefined);
  });

  test("takes a loss below 0 for nonsense, not for a good one", () => {
    assert.deepEqual(namesOf(searched((of) => (of === text ? -1 : known(of, asks0))).outcome), [
      "drop-activation",
      "relu",
      "adam",
    ]);
  });

  test("of two that have learned everything takes the one with fewer fixes", () => {
    const { outcome } = searched((of) => (of === text ? 1 : 1e-3 / of.length));
    assert.deepEqual(namesOf(outcome), ["drop-activation"]);
  });

  test("keeps more candidates where nothing has been learned yet", () => {
    const late: Judge = (of, { share }) => (share < 0.6 ? 1 : known(of, asks0));
    const { asks, outcome } = searched(late);
    const counts = asks.slice(0, 4).map(({ candidates }) => candidates.length);
    assert.deepEqual(counts.slice(1), [15, 8, 2]);
    assert.deepEqual(namesOf(outcome), ["drop-activation", "relu", "adam"]);
  });

  test("tries three seeds of the best at least, and no candidate that was left out again", () => {
    const { asks } = searched(known);
    assert.deepEqual(
      asks.filter(({ stage }) => stage === "seeds").map(({ seed }) => seed),
      [1, 2],
    );
    for (const [i, { candidates, share, stage }] of asks.entries()) {
      const next = asks[i + 1];
      if (share === 1 || next?.stage !== stage) continue;
      const going = new Set(candidates.map((one) => one.text));
      assert.ok(next.candidates.every((one) => going.has(one.text)));
    }
  });
});

const asks0: Ask = { stage: "fixes", candidates: [], keep: 0, share: 1, seed: 0 };
