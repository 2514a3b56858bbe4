import { testSketch } from "./cases.ts";

const linear = (out_features: number, name: string, more: object = {}) => ({
  type: "Linear",
  out_features,
  name,
  ...more,
});
const classifier = (...last: readonly object[]) => ({
  layers: [linear(8, "first"), { type: "ReLU", name: "relu" }, linear(10, "head"), ...last],
  loss: "CrossEntropyLoss",
});
const binary = (...last: readonly object[]) => ({
  layers: [linear(8, "first"), { type: "ReLU", name: "relu" }, linear(1, "head"), ...last],
  loss: "BCEWithLogitsLoss",
});
const regression = (...last: readonly object[]) => ({ ...binary(...last), loss: "MSELoss" });
const chain = (...layers: readonly object[]) => ({ layers });

testSketch("softmax-before-ce", {
  silent: [
    { name: "scores go into the loss", model: classifier() },
    {
      name: "a softmax within the model is not before the loss",
      model: classifier({ type: "Softmax" }, linear(10, "last")),
    },
    {
      name: "a squared error expects shares",
      model: { ...classifier({ type: "Softmax" }), loss: "MSELoss" },
    },
  ],
  speaks: [
    {
      name: "the floor that is left is told: ln(e + 9) − 1",
      model: classifier({ type: "Softmax", name: "prob" }),
      layer: "prob",
      message:
        "CrossEntropyLoss takes the softmax itself, and the prob is one: the loss cannot fall below 1.46.",
    },
    {
      name: "a dropout behind it changes nothing",
      model: classifier({ type: "Softmax", name: "prob" }, { type: "Dropout", p: 0.1 }),
      layer: "prob",
      message:
        "CrossEntropyLoss takes the softmax itself, and the prob is one: the loss cannot fall below 1.46.",
    },
  ],
});

testSketch("activation-before-ce", {
  silent: [
    { name: "scores go into the loss", model: classifier() },
    { name: "a softmax is another finding", model: classifier({ type: "Softmax" }) },
  ],
  speaks: [
    {
      name: "a ReLU cuts off all that is below 0",
      model: classifier({ type: "ReLU", name: "last" }),
      layer: "last",
      message: "CrossEntropyLoss expects scores of any size, and the last, a ReLU, cuts them off.",
    },
  ],
});

testSketch("sigmoid-before-bcewithlogits", {
  silent: [
    { name: "logits go into the loss", model: binary() },
    { name: "BCELoss expects probabilities", model: { ...binary({ type: "Sigmoid" }), loss: "BCELoss" } },
  ],
  speaks: [
    {
      name: "the floor that is left is told",
      model: binary({ type: "Sigmoid", name: "prob" }),
      layer: "prob",
      message:
        "BCEWithLogitsLoss takes the sigmoid itself, and the prob is one: on balanced classes the loss cannot fall below 0.503.",
    },
  ],
});

testSketch("nll-without-log-softmax", {
  silent: [{ name: "cross entropy takes scores", model: classifier() }],
  speaks: [
    {
      name: "probabilities are not logarithms of them",
      model: { ...classifier({ type: "Softmax", name: "prob" }), loss: "NLLLoss" },
      layer: "prob",
      message:
        "NLLLoss expects logarithms of probabilities, which the prob does not give: its value is no likelihood, and may fall below 0.",
    },
  ],
});

testSketch("softmax-one-unit", {
  silent: [{ name: "two units share 1", model: chain(linear(2, "head"), { type: "Softmax" }) }],
  speaks: [
    {
      name: "one unit has it all",
      model: chain(linear(1, "head"), { type: "Softmax", name: "prob" }),
      layer: "prob",
      message:
        "The softmax of the prob is over one unit: it is 1 for every input, and its gradient exactly 0.",
    },
  ],
});

testSketch("output-activation", {
  silent: [
    { name: "no activation", model: regression(), data: {} },
    {
      name: "targets within its range",
      model: regression({ type: "Sigmoid" }),
      data: { target_min: 0, target_max: 1 },
    },
    {
      name: "a twentieth of a standard deviation beyond it",
      model: regression({ type: "Tanh" }),
      data: { target_min: -1.04, target_max: 1.04, target_std: 1 },
    },
    { name: "nobody knows the targets", model: regression({ type: "Sigmoid" }) },
  ],
  speaks: [
    {
      name: "a ReLU has nothing below 0",
      model: regression({ type: "ReLU", name: "last" }),
      data: { target_min: -3, target_max: 3 },
      layer: "last",
      message: "Targets lie between −3.0 and 3.0, but the last, a ReLU, gives only what is at least 0.",
    },
    {
      name: "a Hardtanh has the range that it is given",
      model: regression({ type: "Hardtanh", min_val: -2, max_val: 2, name: "last" }),
      data: { target_min: -3, target_max: 3 },
      layer: "last",
      message: "Targets lie between −3.0 and 3.0, but the last, a Hardtanh, gives only −2.0 to 2.0.",
    },
  ],
});

testSketch("constant-init", {
  silent: [
    { name: "random weights", model: { init: "xavier_uniform" } },
    {
      name: "zeros in the last layer alone: what comes before tells units apart",
      model: chain(linear(8, "first"), { type: "ReLU" }, linear(4, "head", { init: "zeros" })),
    },
    {
      name: "zeros in one layer, and a tanh that lets them through",
      model: chain(linear(8, "first", { init: "zeros" }), { type: "Tanh" }, linear(4, "head")),
    },
    {
      name: "a single unit has none to be told from",
      model: chain(linear(1, "a", { init: "ones" }), linear(1, "b", { init: "ones" })),
    },
  ],
  speaks: [
    {
      name: "ones in all layers",
      model: { ...chain(linear(8, "first"), { type: "Tanh" }, linear(4, "head")), init: "ones" },
      layer: "first",
      message: "All weights of the first begin with the same value (ones): its 8 units stay alike for ever.",
    },
    {
      name: "zeros before a ReLU, which has no slope there",
      model: chain(linear(8, "first", { init: "zeros" }), { type: "ReLU" }, linear(4, "head")),
      layer: "first",
      message: "All weights of the first begin with the same value (zeros): its 8 units stay alike for ever.",
    },
  ],
});

testSketch("non-finite-data", {
  silent: [{ name: "all inputs are numbers", model: {}, data: {} }],
  speaks: [
    {
      name: "the count is told",
      model: {},
      data: { input_nonfinite: 3 },
      layer: "data",
      message: "3 inputs of the data are NaN or ∞.",
    },
  ],
});

testSketch("missing-activation", {
  silent: [
    { name: "an activation between them", model: {} },
    {
      name: "one ends a Residual, the next begins after it",
      model: chain({ type: "Residual", layers: [{ type: "ReLU" }, linear(4, "in")] }, linear(1, "head")),
    },
  ],
  speaks: [
    {
      name: "the second is named, with nothing but a dropout between",
      model: chain(linear(8, "first"), { type: "Dropout", p: 0.1 }, linear(4, "second")),
      layer: "second",
      message:
        "No activation lies between the first and the second: together they can do no more than one linear layer.",
    },
  ],
});

testSketch("target-scale", {
  silent: [
    { name: "targets of about 1", model: {}, data: {} },
    { name: "classes have no scale", model: classifier(), data: { target_std: 1000 } },
    {
      name: "far from 0, but not beyond 10",
      model: {},
      data: { target_mean: 9, target_std: 0.1, target_offset: 90 },
    },
  ],
  speaks: [
    {
      name: "a wide spread",
      model: {},
      data: { target_std: 2000 },
      layer: "data",
      message: "The targets have a standard deviation of 2,000, where a net begins with outputs of about 1.",
    },
    {
      name: "a mean far from 0",
      model: {},
      data: { target_mean: 500, target_std: 2, target_offset: 250 },
      layer: "data",
      message:
        "The targets lie about 500, with a standard deviation of 2.0, where a net begins with outputs of about 1.",
    },
  ],
});

testSketch("unscaled-input", {
  silent: [
    { name: "inputs of about 1", model: {}, data: {} },
    { name: "nobody knows them", model: {} },
  ],
  speaks: [
    {
      name: "inputs of hundreds",
      model: {},
      data: { input_rms: 140, input_max: 300 },
      layer: "data",
      message:
        "The inputs have a root mean square of 140, the largest is 300: a net is made for inputs of about 1.",
    },
    {
      name: "one of a billion",
      model: {},
      data: { input_rms: 5, input_max: 1e9 },
      layer: "data",
      message:
        "The inputs have a root mean square of 5.0, the largest is 1.0·10⁹: a net is made for inputs of about 1.",
    },
  ],
});

const encoder = (norm_first: boolean) => ({
  type: "TransformerEncoderLayer",
  nhead: 2,
  dim_feedforward: 8,
  norm_first,
  repeat: 6,
  name: "enc",
});
const transformer = (norm_first: boolean) => ({
  input: [3, 4],
  layers: [encoder(norm_first), { type: "Flatten" }, linear(1, "head")],
});

testSketch("post-norm", {
  silent: [{ name: "normalised before each block", model: transformer(true) }],
  speaks: [
    {
      name: "six layers that normalise after it",
      model: transformer(false),
      layer: "enc.0",
      message: "6 encoder layers normalise after each block: so deep a stack needs a warm-up, or norm_first.",
    },
  ],
});

const normed = chain(
  linear(8, "first"),
  { type: "BatchNorm1d", name: "bn" },
  { type: "ReLU" },
  linear(1, "head"),
);

testSketch("bn-batch", {
  silent: [
    { name: "batches of 3", model: { ...normed, train: { batch_size: 3 } } },
    {
      name: "two pictures have many values a channel",
      model: {
        input: [1, 4, 4],
        layers: [{ type: "BatchNorm2d" }, { type: "Flatten" }, linear(1, "head")],
        train: { batch_size: 2 },
      },
    },
  ],
  speaks: [
    {
      name: "batches of 2",
      model: { ...normed, train: { batch_size: 2 } },
      layer: "bn",
      message: "The bn normalises by mean and variance of 2 samples, which is noise.",
    },
  ],
});

testSketch("dropout", {
  silent: [
    {
      name: "half of the units",
      model: chain(linear(8, "first"), { type: "Dropout", p: 0.5 }, linear(1, "head")),
    },
  ],
  speaks: [
    {
      name: "nine of ten",
      model: chain(
        linear(8, "first"),
        { type: "ReLU" },
        { type: "Dropout", p: 0.9, name: "drop" },
        linear(1, "head"),
      ),
      layer: "drop",
      message: "The drop drops 90 % of the units at every step.",
    },
  ],
});

const narrow = (width: number) =>
  chain(
    linear(32, "first"),
    { type: "ReLU" },
    linear(width, "code"),
    { type: "ReLU" },
    linear(32, "back"),
    { type: "ReLU" },
    linear(10, "head"),
  );

testSketch("bottleneck", {
  silent: [
    { name: "a third of the outputs", model: narrow(4) },
    {
      name: "as narrow as the output",
      model: chain(
        linear(32, "a"),
        { type: "ReLU" },
        linear(1, "b"),
        { type: "ReLU" },
        linear(32, "c"),
        { type: "ReLU" },
        linear(1, "head"),
      ),
    },
  ],
  speaks: [
    {
      name: "a fifth of the outputs",
      model: narrow(2),
      layer: "code",
      message: "All that the 10 outputs are to tell apart passes through the 2 units of the code.",
    },
  ],
});

testSketch("bias-before-norm", {
  silent: [
    {
      name: "no bias",
      model: chain(linear(8, "first", { bias: false }), { type: "BatchNorm1d" }, linear(1, "head")),
    },
    {
      name: "LayerNorm takes one mean over all features",
      model: chain(linear(8, "first"), { type: "LayerNorm" }, linear(1, "head")),
    },
    {
      name: "RMSNorm takes no mean",
      model: chain(linear(8, "first"), { type: "RMSNorm" }, linear(1, "head")),
    },
    {
      name: "an activation between them",
      model: chain(linear(8, "first"), { type: "ReLU" }, { type: "BatchNorm1d" }, linear(1, "head")),
    },
  ],
  speaks: [
    {
      name: "BatchNorm takes each unit's mean away",
      model: normed,
      layer: "first",
      message: "The bias of the first has no effect: the normalisation that follows takes it away.",
    },
    {
      name: "so does GroupNorm with one channel a group",
      model: {
        input: [1, 4, 4],
        layers: [
          { type: "Conv2d", out_channels: 3, kernel_size: 3, name: "conv" },
          { type: "GroupNorm", num_groups: 3 },
          { type: "Flatten" },
          linear(1, "head"),
        ],
      },
      layer: "conv",
      message: "The bias of the conv has no effect: the normalisation that follows takes it away.",
    },
  ],
});
