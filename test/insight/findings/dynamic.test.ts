import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FINDING_IDS, type FindingId } from "../../../src/insight/findings/index.ts";
import { foundIn, learns, testFinding, type Given } from "./cases.ts";
import { GIVEN, thenStill } from "./given.ts";

const STAYS = "the loss stays at 1.00 (mean of the last 8 steps); predicting the mean alone would give 1.00";

const learning = { name: "the model trains", loss: learns };
const early = { name: "there are too few steps to tell", steps: 19 };

/** The run in which a finding is found, changed. */
const but = (id: FindingId, name: string, change: Given) => ({ ...GIVEN[id], ...change, name });

testFinding("non-finite", {
  silent: [{ name: "all numbers are finite" }],
  speaks: [
    {
      ...GIVEN["non-finite"],
      name: "the place and the step are told",
      layer: "tanh",
      message: "The first NaN or ∞ was in the activation of the tanh at step 40.",
    },
    {
      name: "of a loss alone the last layer is named",
      loss: (step) => (step === 40 ? Infinity : 1),
      end: { reason: "non_finite", steps: 40, elapsed_ms: 9, layer: "loss", where: "activation" },
      layer: "head",
      message: "The loss is no longer finite at step 40, although every layer's output is.",
    },
  ],
});

testFinding("overflow-near", {
  silent: [
    but("overflow-near", "the loss falls", { loss: (step) => 20 - step / 4 }),
    but("overflow-near", "the gradient grows slowly", { totals: (step) => ({ grad_norm: 1.4 ** step }) }),
    but("overflow-near", "the loss is not yet far above the first", { loss: (step) => 1 + step / 30 }),
  ],
  speaks: [
    {
      ...GIVEN["overflow-near"],
      name: "what grew is told, and no number of steps that are left",
      severity: "warning",
      message:
        "Overflow is near, within steps: the gradient's norm has grown 8.0-fold over the last 3 steps, and the loss from 1.00 to 32.0.",
    },
  ],
});

testFinding("vanishing-depth", {
  silent: [
    but("vanishing-depth", learning.name, learning),
    but("vanishing-depth", early.name, early),
    but("vanishing-depth", "three layers begin with such shares", {
      model: {},
      stats: { delta_norm: [1e-4, 1e-2, 1] },
    }),
    but("vanishing-depth", "it was small at the first step only", {
      stats: (step) => ({
        delta_norm: Array<number>(9)
          .fill(step === 1 ? 1e-4 : 1)
          .with(8, 1),
      }),
    }),
    but("vanishing-depth", "the run is worse than a constant", { loss: 3 }),
  ],
  speaks: [
    {
      ...GIVEN["vanishing-depth"],
      name: "the share at the first step and now, and what the mean alone would cost",
      layer: "fc0",
      message: `The gradient shrinks 10-fold at each layer: fc0 gets 10⁻⁸ of what the head gets (10⁻⁸ at the first step), and ${STAYS}.`,
    },
  ],
});

testFinding("exploding-depth", {
  silent: [
    but("exploding-depth", learning.name, learning),
    but("exploding-depth", "28 layers with BatchNorm begin with less", {
      stats: { delta_norm: [900, 500, 300, 100, 50, 20, 10, 5, 1] },
    }),
  ],
  speaks: [
    {
      ...GIVEN["exploding-depth"],
      name: "the gradient of the first layer",
      layer: "fc0",
      message: `The gradient grows on its way back: at the first step fc0 gets 10⁸ times what the head gets, and ${STAYS}.`,
    },
    {
      ...GIVEN["exploding-depth"],
      stats: { act_std: [1, 1, 10, 10, 100, 100, 1000, 1000, 10000] },
      name: "the outputs of the last",
      layer: "fc0",
      message: `The outputs grow 1.0·10⁴-fold from fc0 to the head at the first step, and ${STAYS}.`,
    },
  ],
});

testFinding("vanishing-time", {
  silent: [
    but("vanishing-time", learning.name, learning),
    but("vanishing-time", "something gets back", { time: [1e-3, 1e-2, 0.1] }),
    {
      ...but("vanishing-time", "a GRU may still open: a remark", {
        model: {
          ...GIVEN["vanishing-time"].model,
          layers: [
            { type: "GRU", hidden_size: 8 },
            { type: "Linear", out_features: 1 },
          ],
        },
      }),
      severity: "info",
    },
  ],
  speaks: [
    {
      ...GIVEN["vanishing-time"],
      name: "what gets back over how many steps",
      layer: "rnn",
      message: `Through time, 2·10⁻⁸ of the gradient gets back over the 3 steps of rnn (2·10⁻⁸ at the first step), and ${STAYS}.`,
    },
  ],
});

testFinding("exploding-time", {
  silent: [
    but("exploding-time", learning.name, learning),
    but("exploding-time", "it grows 500-fold", { time: [500, 10, 1] }),
  ],
  speaks: [
    {
      ...GIVEN["exploding-time"],
      name: "the growth over how many steps",
      layer: "rnn",
      message: `Through time, the gradient grows up to 5·10⁴-fold over the 3 steps of rnn, and ${STAYS}.`,
    },
  ],
});

/** One layer is a little below the threshold, from the first step on. */
const ALIKE = { act_spread: [0.67, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.09, 0.3] };

testFinding("collapse", {
  silent: [
    but("collapse", learning.name, learning),
    but("collapse", "only the last layer gives one answer", {
      stats: { act_spread: [1, 1, 1, 1, 1, 1, 1, 1, 0.01] },
    }),
    but("collapse", "the model is worse than the mean, but learned something", { loss: 0.8 }),
    {
      ...but("collapse", "a layer was drawn so, and the run has only begun: a warning", { stats: ALIKE }),
      severity: "warning",
    },
  ],
  speaks: [
    {
      ...but("collapse", "a layer that is still as it was drawn", { stats: ALIKE, steps: 300 }),
      layer: "act3",
      message:
        "From act3 on all samples look alike: their outputs differ by 0.09 of their size, and the loss stays at 1.00 (mean of the last 40 steps); predicting the mean alone would give 1.00.",
    },
    {
      ...GIVEN.collapse,
      name: "the first layer where it is so, and how far it goes",
      layer: "fc2",
      message: `From fc2 on all samples look alike: their outputs differ by 0.04 of their size, and down to 0.002 further on, and ${STAYS}.`,
    },
  ],
});

testFinding("zero-gradient", {
  silent: [
    { name: "gradients are small", stats: { delta_norm: [1e-30, 1e-20, 1] } },
    { ...but("zero-gradient", "the model trains without that layer", learning), severity: "warning" },
    {
      name: "a trained model has nothing left to learn",
      loss: learns,
      stats: { delta_norm: [0, 0, 0] },
      severity: "info",
    },
  ],
  speaks: [
    {
      ...GIVEN["zero-gradient"],
      name: "the layer that lets nothing through",
      layer: "head",
      message: "No gradient gets through the head: ∂L/∂h is exactly 0 at the tanh.",
    },
    {
      name: "a loss without a gradient",
      stats: { delta_norm: [0, 0, 0] },
      layer: "head",
      message: "The loss sends no gradient back: ∂L/∂h is exactly 0 at every layer.",
    },
  ],
});

testFinding("dead-relu", {
  silent: [
    {
      ...but("dead-relu", "the share grew, and the run has only begun: a warning", {}),
      severity: "warning",
    },
    but("dead-relu", learning.name, learning),
    but("dead-relu", "as many were dead at the first step: such nets train", {
      stats: { act_dead: [NaN, 0.6, NaN] },
    }),
    but("dead-relu", "fewer than half are", {
      stats: thenStill({ act_dead: [NaN, 0, NaN] }, { act_dead: [NaN, 0.45, NaN] }),
    }),
  ],
  speaks: [
    {
      ...GIVEN["dead-relu"],
      name: "a share that grew",
      steps: 300,
      layer: "act0",
      message: `75 % of the units of act0 are 0 for every sample (25 % at the first step), and ${STAYS.replace("8", "40")}.`,
    },
    {
      ...GIVEN["dead-relu"],
      stats: { act_dead: [NaN, 1, NaN] },
      name: "a whole layer from the first step on",
      layer: "act0",
      message: `100 % of the units of act0 are 0 for every sample (from the first step on), and ${STAYS}.`,
    },
  ],
});

testFinding("saturation", {
  silent: [
    but("saturation", learning.name, learning),
    but("saturation", "it came with learning", {
      stats: thenStill({ act_saturated: [NaN, 0.1, NaN] }, { act_saturated: [NaN, 0.9, NaN] }),
    }),
    but("saturation", "a run limited by noise is well", { loss: (step) => 0.6 + 0.6 * 0.8 ** step }),
  ],
  speaks: [
    {
      ...GIVEN.saturation,
      name: "the share at the first step and now",
      layer: "tanh",
      message: `72 % of the outputs of the tanh are saturated (66 % at the first step), and ${STAYS}.`,
    },
  ],
});

testFinding("update-ratio", {
  silent: [
    but("update-ratio", learning.name, learning),
    but("update-ratio", "a third at most, and no worse than a constant", {
      stats: { update_ratio: [0.29, NaN, 0.2] },
    }),
    but("update-ratio", "weights of 0 have no relative update", {
      stats: { update_ratio: [0.02, NaN, 0.6], weight_norm: [2, NaN, 0] },
    }),
  ],
  speaks: [
    {
      ...GIVEN["update-ratio"],
      name: "the step and the layer",
      layer: "head",
      message: `The update of step 1 was 60 % of the weights of the head, and ${STAYS}.`,
    },
    {
      ...but("update-ratio", "a loss that falls from where the updates took it", {
        loss: (step) => (step < 3 ? 1 : 1 + 300 * 0.8 ** step),
      }),
      layer: "head",
      message: `The update of step 1 was 60 % of the weights of the head, and the loss stays at 1.10 (mean of the last 8 steps); predicting the mean alone would give 1.00.`,
    },
    {
      name: "a tenth, in a run that is worse than a constant",
      stats: { update_ratio: [0.15, NaN, 0.02] },
      loss: 3,
      layer: "first",
      message:
        "The update of step 1 was 15 % of the weights of the first, and the loss is at 3.00 (mean of the last 8 steps); predicting the mean alone would give 1.00.",
    },
  ],
});

testFinding("poor-init", {
  silent: [
    but("poor-init", "the model gets over it", { loss: (step) => 40 * 0.7 ** step }),
    but("poor-init", "the targets lie far from 0", {
      data: { target_mean: 20, target_std: 4, target_offset: 5 },
    }),
    {
      name: "weights are a little too small, and the run has only begun: a warning",
      stats: { weight_norm: [0.4, NaN, 0.15] },
      severity: "warning",
    },
  ],
  speaks: [
    {
      ...GIVEN["poor-init"],
      name: "a first loss far above what a constant costs",
      layer: "head",
      message: `The first loss is 40.0, 40 times what predicting the mean alone would give (1.00): the weights begin too large.`,
    },
    {
      name: "weights too small for anything to get through",
      stats: { weight_norm: [0.02, NaN, 0.01] },
      layer: "first",
      message: `The weights of a unit of the first begin with a norm of 0.0071, too small for anything to get through, and ${STAYS}.`,
    },
  ],
});

testFinding("adam-eps", {
  silent: [
    but("adam-eps", learning.name, learning),
    but("adam-eps", "SGD has no eps", { model: {} }),
    but("adam-eps", "weights move by the learning rate all the same", {
      stats: { grad_std: [1e-9, NaN, 1e-9], update_ratio: [0.3, NaN, 0.3], weight_norm: [2, NaN, 2] },
    }),
  ],
  speaks: [
    {
      ...GIVEN["adam-eps"],
      name: "the gradient beside eps",
      layer: "first",
      message: `The elements of the gradient of the first are about 10⁻⁹, beside an eps of 10⁻⁸: in 2 of 2 layers Adam's steps shrink with them, and ${STAYS}.`,
    },
  ],
});

testFinding("lr-too-small", {
  silent: [
    but("lr-too-small", learning.name, learning),
    but("lr-too-small", "the weights have come far", { stats: { update_ratio: [0.01, NaN, 0.01] } }),
    but("lr-too-small", "clipping explains it", GIVEN["clip-threshold"]),
    but("lr-too-small", "eps explains it", {
      ...GIVEN["adam-eps"],
      stats: { grad_std: [1e-9, NaN, 1e-9], update_ratio: [1e-6, NaN, 1e-6] },
    }),
    but("lr-too-small", "the targets' scale explains it", { data: { target_std: 2000 } }),
  ],
  speaks: [
    {
      ...GIVEN["lr-too-small"],
      name: "how far the weights have come",
      layer: "first",
      message: `In 40 steps at a learning rate of 0.10 no layer has moved by more than <0.1 % of its size, and ${STAYS}.`,
    },
    {
      name: "a schedule that has ended long before",
      totals: (step) => ({ lr: 0.1 * 0.5 ** step }),
      layer: "first",
      message: `The schedule has taken the learning rate from 0.050 down to 9.1e-14, before any layer had moved by more than 0.40 times its size, and ${STAYS}.`,
    },
  ],
});

testFinding("clip-threshold", {
  silent: [
    but("clip-threshold", learning.name, learning),
    but("clip-threshold", "Adam divides the scale out", {
      model: { optimizer: "Adam", clip_grad_norm: 0.01 },
    }),
    but("clip-threshold", "the weights move all the same", { stats: { update_ratio: [0.01, NaN, 0.01] } }),
  ],
  speaks: [
    {
      ...GIVEN["clip-threshold"],
      name: "what is left of the gradient",
      message: `Clipping leaves 0.001 of the gradient, whose norm is 0.30, and ${STAYS}.`,
    },
  ],
});

/** All weights, by a factor at each step. */
const shrinkingBy = (factor: number) => (step: number) => ({
  weight_norm: [4 * factor ** (step - 1), NaN, 2 * factor ** (step - 1)],
});

testFinding("weight-decay", {
  silent: [
    but("weight-decay", learning.name, learning),
    but("weight-decay", "weights shrink without it", { model: {} }),
    but("weight-decay", "half of the weights are left", {
      stats: thenStill({ weight_norm: [4, NaN, 2] }, { weight_norm: [2, NaN, 1] }),
    }),
    but("weight-decay", "the gradient holds against it", { stats: shrinkingBy(0.985), steps: 22 }),
    but("weight-decay", "the loss falls meanwhile", {
      stats: shrinkingBy(0.95),
      steps: 22,
      loss: (step) => 1.3 - 0.01 * step,
    }),
  ],
  speaks: [
    {
      ...but("weight-decay", "weights that nothing holds, before they are gone", {
        stats: shrinkingBy(0.95),
        steps: 22,
      }),
      layer: "first",
      message:
        "Each step takes 5.0 % off all weights: 0.40 of those of the first is left so far, and the loss stays at 1.00 (mean of the last 5 steps); predicting the mean alone would give 1.00.",
    },
    {
      ...GIVEN["weight-decay"],
      name: "what each step takes, and what is left",
      layer: "first",
      message: `Each step takes 5.0 % off all weights: 0.01 of those of the first is left, and ${STAYS}.`,
    },
  ],
});

testFinding("loss-stalled", {
  silent: [
    learning,
    early,
    { name: "a run limited by noise is below it", loss: (step) => 0.8 + 0.4 * 0.8 ** step },
    { name: "it is on its way", loss: (step) => 4 - step / 20 },
    { name: "the run has only begun: a warning", severity: "warning" },
    {
      name: "it may rest on its way, in the first half of the run: a warning",
      steps: 450,
      model: { train: { steps: 1000 } },
      severity: "warning",
    },
  ],
  speaks: [
    {
      name: "what the mean alone would cost",
      layer: "head",
      steps: 600,
      loss: 1.01,
      message:
        "The loss stays at 1.01 (mean of the last 40 steps); predicting the mean alone would give 1.00.",
    },
    {
      name: "a run that is worse than that",
      layer: "head",
      steps: 600,
      loss: 3,
      message: "The loss is at 3.00 (mean of the last 40 steps); predicting the mean alone would give 1.00.",
    },
  ],
});

suite("a finding", () => {
  const idsOf = (given: Given) => foundIn(given).map(({ id }) => id);

  for (const id of FINDING_IDS) {
    test(`${id} is found in the run that is given for it`, () => assert.ok(idsOf(GIVEN[id]).includes(id)));
  }

  test("is taken back when what it went by is gone", () => {
    const given = { ...GIVEN["vanishing-depth"], steps: 400 };
    const loss = (step: number) => (step < 200 ? 1 : 0.97 ** (step - 200));
    assert.ok(idsOf({ ...given, loss, steps: 190 }).includes("vanishing-depth"));
    assert.deepEqual(idsOf({ ...given, loss }), []);
  });

  test("that needs no run is an error only once the run shows it", () => {
    const severity = (given: Given) => foundIn(given).find(({ id }) => id === "dropout")?.severity;
    assert.equal(severity(GIVEN.dropout), "error");
    assert.equal(
      severity({ ...GIVEN.dropout, loss: (step) => 0.6 + 0.4 * 0.99 ** step, steps: 100 }),
      "info",
    );
    assert.equal(severity({ ...GIVEN.dropout, loss: learns }), undefined);
  });

  test("of a fault by construction stays, and is no error where the model trains", () => {
    const [found] = foundIn({ ...GIVEN["activation-before-ce"], loss: learns });
    assert.deepEqual([found?.id, found?.severity], ["activation-before-ce", "warning"]);
  });

  test("shows its effects under it", () => {
    const found = foundIn(GIVEN.saturation);
    assert.deepEqual(
      found.map(({ id, cause, causeOf }) => [id, cause, causeOf]),
      [
        ["saturation", undefined, ["loss-stalled"]],
        ["loss-stalled", "saturation", []],
      ],
    );
  });

  test("marks its layer, and a remark none", () => {
    assert.deepEqual([...(foundIn(GIVEN.saturation)[0]?.marks ?? [])], [[1, "faulty"]]);
    const remark = foundIn({ ...GIVEN["bias-before-norm"], loss: learns });
    assert.deepEqual(
      remark.map(({ severity, marks }) => [severity, marks.size]),
      [["info", 0]],
    );
  });
});
