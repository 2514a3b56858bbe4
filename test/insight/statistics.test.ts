import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { layers } from "../../src/engine/layers/index.ts";
import type { LayerType } from "../../src/engine/layers/layer.ts";
import { lensStatistics, shown, shownCompact } from "../../src/insight/statistics.ts";
import { STATISTIC, STATISTICS } from "../../src/protocol/statistics.ts";
import { STATS } from "../../src/protocol/frame.ts";

suite("the table of statistics", () => {
  test("has one row for every column of a frame", () => {
    assert.deepEqual(STATISTICS.map(({ column }) => column).sort(), [...STATS].sort());
  });

  test("calls no two statistics the same", () => {
    assert.equal(new Set(STATISTICS.map(({ symbol }) => symbol)).size, STATS.length);
  });

  test("gives each figure of a lens a place of its own", () => {
    assert.deepEqual(
      lensStatistics("gradients").map(({ symbol }) => symbol),
      ["‖∂L/∂θ‖", "gain", "update"],
    );
    assert.deepEqual(
      lensStatistics("activations").map(({ symbol }) => symbol),
      ["dead", "saturated", "std", "gain"],
    );
  });

  test("writes a share as a percentage and a norm as a figure, in both notations", () => {
    assert.equal(shown(STATISTIC.act_dead, 0.12), "12 %");
    assert.equal(shownCompact(STATISTIC.act_dead, 0.12), "12 %");
    assert.equal(shown(STATISTIC.grad_norm, 3.1e-7), "3.1·10⁻⁷");
    assert.equal(shownCompact(STATISTIC.grad_norm, 3.1e-7), "3.1e-7");
    assert.equal(shown(STATISTIC.act_nonfinite, 1240), "1,240");
  });

  test("names the very types whose units can be dead, and whose outputs saturate", () => {
    const types: readonly (readonly [string, LayerType])[] = Object.entries(layers);
    const having = {
      act_dead: types.filter(([, { dead }]) => dead === true),
      act_saturated: types.filter(([, { saturation }]) => saturation !== undefined),
    };
    for (const stat of ["act_dead", "act_saturated"] as const) {
      const named = [...STATISTIC[stat].layers.matchAll(/`(\w+)`/g)].map(([, type]) => type);
      assert.deepEqual(named.sort(), having[stat].map(([type]) => type).sort());
    }
  });
});
