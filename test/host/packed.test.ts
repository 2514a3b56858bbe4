import assert from "node:assert/strict";
import { increment, whole } from "../../src/host/packed.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import { frameOf } from "../support/frames.ts";

const frame = (step: number): Frame => frameOf([{ delta_norm: step }], {}, step);

suite("frames on their way to the panel", () => {
  test("an increment is light, whatever the model and the speed", () => {
    const large = frameOf(Array.from({ length: 2000 }, () => ({ delta_norm: 1 })));
    const sent = increment(Array.from({ length: 500 }, (_, i) => ({ ...large, step: i + 1 })));
    assert.equal(sent.at(-1)?.step, 500);
    assert.ok(sent.length * large.values.byteLength < 1e6);
  });

  test("only the last frame carries a histogram: the latest there was", () => {
    const hist = new Float64Array(64).fill(1);
    for (const pack of [increment, whole]) {
      const sent = pack([{ ...frame(1), hist: new Float64Array(64) }, { ...frame(2), hist }, frame(3)]);
      assert.deepEqual(
        sent.map((one) => one.hist),
        [undefined, undefined, hist],
      );
    }
  });
});
