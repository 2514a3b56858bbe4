import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { summarise } from "../../src/insight/findings/summarise.ts";
import { onTheWay, skippedIn } from "../../src/insight/onTheWay.ts";
import { frameAt, historyAt } from "../../src/protocol/moment.ts";
import { frameOf } from "../support/frames.ts";
import { historyOf } from "../support/history.ts";
import { watchedRun } from "../support/watchedStream.ts";
import { layer } from "../webview/runs.ts";

suite("what happened on the way", () => {
  const layers = [layer("a", "Linear"), layer("b", "Linear")];

  const frames = (count: number, broken: readonly number[], skipped: readonly number[] = []) =>
    Array.from({ length: count }, (_, i) =>
      frameOf(
        [
          { delta_norm: 1, act_nonfinite: 0, grad_nonfinite: 0 },
          {
            delta_norm: broken.includes(i + 1) ? Infinity : 1,
            act_nonfinite: 0,
            grad_nonfinite: broken.includes(i + 1) ? 2 : 0,
          },
        ],
        {
          loss: 1 / (i + 1),
          grad_norm: broken.includes(i + 1) ? Infinity : 1,
          clip_coef: 1,
          ...(skipped.includes(i + 1) && { skipped: 2, amp_scale: 1024 }),
        },
        i + 1,
      ),
    );

  test("is nothing where every step was finite and every update made", () => {
    assert.equal(onTheWay(historyOf(frames(40, [])), layers), "");
    assert.equal(skippedIn(historyOf(frames(40, []))), undefined);
  });

  test("is what the scaler has skipped, in a run that PyTorch has made in mixed precision", () => {
    const { info, history } = watchedRun("amp");
    // Five before the first step, and 55 that were made.
    assert.deepEqual(skippedIn(history), { updates: 5, share: 5 / 60, before: 1 });
    const said = "The scaler skipped 5 updates (8 %), before the first step; the loss is scaled by 524,288.";
    assert.equal(onTheWay(history, info.layers), ` ${said}`);
    const { text } = summarise({ run: { state: "running", info }, layers: info.layers, history });
    assert.ok(text.endsWith(said), text);
  });

  test("is as it was then, at an earlier step", () => {
    const history = historyOf(frames(40, [], [3, 30]));
    assert.deepEqual(skippedIn(history), { updates: 4, share: 4 / 44, before: 30 });
    const frame = frameAt(history, 10);
    assert.ok(frame);
    assert.deepEqual(skippedIn(historyAt(history, frame)), { updates: 2, share: 2 / 12, before: 3 });
  });

  test("counts every one of a run whose steps are thinned out", () => {
    const history = historyOf(frames(5000, [], [7, 8, 4001]));
    assert.equal(skippedIn(history)?.updates, 6);
  });

  test("is a NaN or ∞ that the run has got over, with its step and layer", () => {
    assert.equal(
      onTheWay(historyOf(frames(40, [5, 12])), layers),
      " NaN or ∞ at 2 of 40 steps, last at step 12 in b: the training went on.",
    );
  });

  test("says of one that is long ago no more than is still known", () => {
    const said = onTheWay(historyOf(frames(5000, [1001])), layers);
    assert.match(said, /^ NaN or ∞ at 1 of 5,000 steps, last by step 1,0\d\d: the training went on\.$/);
  });

  test("is not said of a run that breaks: the finding says that", () => {
    assert.equal(onTheWay(historyOf(frames(40, [40])), layers), "");
  });
});
