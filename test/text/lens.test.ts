import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { STATS, type Stat } from "../../src/protocol/frame.ts";
import {
  activationLens,
  findingLens,
  gradientLens,
  problemsLens,
  runLens,
  shapeLens,
} from "../../src/text/lens.ts";
import { FINDING_IDS } from "../../src/insight/findings/index.ts";
import type { Share } from "../../src/insight/share.ts";
import { frameOf } from "../support/frames.ts";

type Rows = Parameters<typeof frameOf>[0];

/** The figures of these rows, each of a layer that has the columns that its row names. */
const at = (table: Rows, stale = false, marks: readonly Share[] = []) => ({
  frame: frameOf(table),
  layers: table.map((row, i) => ({
    path: String(i),
    type: "Linear",
    parameters: [],
    output_shape: [1],
    stats: STATS.filter((stat) => stat in row),
  })),
  rows: table.map((_, i) => i),
  stale,
  marks,
});

const healthy = { delta_norm: 1, act_nonfinite: 0 };
const linear = (grad_norm: number, gain: number) => ({
  ...healthy,
  grad_norm,
  gain,
  update_ratio: 2e-6,
  grad_nonfinite: 0,
  act_std: 0.31,
});

suite("gradientLens", () => {
  test("shows three figures", () => {
    assert.equal(gradientLens(at([linear(3.1e-7, 0.24)])), "‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6");
  });

  test("shows first and last of a repeated layer, and how many there are", () => {
    const rows = [linear(3.1e-7, 0.24), linear(1e-3, 0.3), linear(0.12, 0.25)];
    assert.equal(gradientLens(at(rows)), "‖∂L/∂θ‖ 3.1e-7 … 0.12 over 3 · gain 0.24 … 0.25");
  });

  test("says first that it is stale", () => {
    assert.equal(
      gradientLens(at([linear(3.1e-7, 0.24)], true)),
      "(stale) ‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6",
    );
  });

  test("warns where a number is not finite, and shows that it is not", () => {
    const broken = { ...linear(NaN, NaN), delta_norm: NaN, grad_nonfinite: 12, update_ratio: NaN };
    assert.equal(
      gradientLens(at([broken], false, ["nonfinite"])),
      "$(warning)\u00a0‖∂L/∂θ‖ NaN · gain NaN · update NaN",
    );
  });

  test("warns where the gradient was found to vanish, and not of a share that is merely small", () => {
    const row = linear(3.1e-7, 0.24);
    assert.match(gradientLens(at([row], false, ["vanishing2"])), /^\$\(warning\)\s/);
    assert.match(gradientLens(at([row], false, ["vanishing1"])), /^‖/);
  });

  test("names the gravest finding first, as an error or a warning, and leaves its figures as they are", () => {
    const row = at([linear(3.1e-7, 0.24)], false, ["vanishing2"]);
    const figures = "‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6";
    const found = (severity: "error" | "warning") => ({ id: "vanishing-depth", severity }) as const;
    assert.equal(
      gradientLens({ ...row, found: found("error") }),
      "$(error)\u00a0vanishing-depth · ‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6",
    );
    assert.equal(
      gradientLens({ ...row, found: found("warning"), probe: true }),
      "$(warning)\u00a0vanishing-depth · (probe) ‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6",
    );
    assert.equal(gradientLens({ ...row, marks: [] }), figures);
  });

  test("says of stale figures that they are, and not of what the text shows now", () => {
    const row = at([linear(3.1e-7, 0.24)], true, ["vanishing2"]);
    const found = { id: "bn-batch", severity: "warning" } as const;
    assert.equal(
      gradientLens({ ...row, found }),
      "$(warning)\u00a0bn-batch · (stale) ‖∂L/∂θ‖ 3.1e-7 · gain 0.24 · update 2.0e-6",
    );
  });

  test("leaves out a figure that the layer does not have", () => {
    const { gain: _, ...embedding } = linear(0.5, 1);
    assert.equal(gradientLens(at([embedding])), "‖∂L/∂θ‖ 0.50 · update 2.0e-6");
  });
});

suite("activationLens", () => {
  test("shows dead units and saturation", () => {
    const row = { ...healthy, act_dead: 0.12, act_saturated: 0.71, gain: 0.24, act_std: 1 };
    assert.equal(activationLens(at([row])), "dead 12 % · saturated 71 % · gain 0.24");
  });

  test("shows the spread of the outputs where neither can be", () => {
    assert.equal(activationLens(at([{ ...healthy, gain: 0.24, act_std: 0.31 }])), "std 0.31 · gain 0.24");
  });

  test("shows the range over repetitions", () => {
    const rows = [0.71, 0.03].map((act_saturated) => ({ ...healthy, act_saturated, gain: 0.24 }));
    assert.equal(activationLens(at(rows)), "saturated 71 % … 3 % over 2 · gain 0.24 … 0.24");
  });
});

test("a layer's lens has at most 70 characters beside its warning sign, whatever the figures", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, NaN, Infinity, 1e-300, -1e300));
  const share = fc.oneof(fc.double({ min: 0, max: 1 }), fc.constantFrom(0, NaN, 0.999, 0.001));
  const shares: readonly Stat[] = ["act_dead", "act_saturated"];
  const row = fc.record(
    Object.fromEntries(STATS.map((stat) => [stat, shares.includes(stat) ? share : value])),
    {
      requiredKeys: [],
    },
  );
  const severity = fc.constantFrom("warning" as const, "error" as const);
  const found = fc.option(fc.record({ id: fc.constantFrom(...FINDING_IDS), severity }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), fc.boolean(), found, (table, stale, one) => {
      const rows = { ...at(table, stale), found: one };
      for (const text of [gradientLens(rows), activationLens(rows)]) {
        assert.ok(text.replace(/^\$\((warning|error)\)\s/, "").length <= 70, text);
        if (one) assert.ok(text.startsWith(`$(${one.severity})\u00a0${one.id}`));
      }
    }),
  );
});

test("shapeLens shows what goes in and out, and the parameters", () => {
  assert.equal(shapeLens([2], [64], 192, 1, false), "[2] → [64] · 192 parameters");
  assert.equal(shapeLens([64], [64], 0, 1, false), "[64] → [64]");
  assert.equal(shapeLens([2], [64], 79_232, 20, false), "[2] → [64] · 79,232 parameters over 20");
  assert.equal(shapeLens([64], [64], 0, 20, false), "[64] → [64] over 20");
  assert.equal(shapeLens([2], [64], 192, 1, true), "(stale) [2] → [64] · 192 parameters");
  const found = { id: "softmax-before-ce", severity: "error" } as const;
  assert.equal(shapeLens([2], [2], 0, 1, false, found), "$(error)\u00a0softmax-before-ce · [2] → [2]");
});

test("the lenses above a model count", () => {
  assert.equal(runLens(20, 84_161), "▶ Run · 20 layers · 84,161 parameters");
  assert.equal(problemsLens(2), "$(error)\u00a02 problems");
  const found = { id: "target-scale", severity: "error" } as const;
  assert.equal(findingLens(found), "$(error)\u00a0target-scale");
  assert.equal(
    findingLens(found, "loss 31 after 5 steps"),
    "$(error)\u00a0target-scale · loss 31 after 5 steps",
  );
});
