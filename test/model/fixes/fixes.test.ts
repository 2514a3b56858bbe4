import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { applyEdits } from "../../../src/model/edit.ts";
import { fixesOf, type NamedFix } from "../../../src/model/fixes/apply.ts";
import type { Cause } from "../../../src/model/fixes/fix.ts";
import { parse } from "../../../src/model/parse.ts";
import { FIXES, type FixName } from "../../../src/protocol/fixNames.ts";

const fixOf = (text: string, name: FixName, cause?: Cause): NamedFix | undefined =>
  fixesOf(text, "m", { names: [name], ...(cause && { cause }) })[0];

/** A model with comments wherever an edit could lose one. */
const mlp = `{
  "version": 1,
  "models": {
    // what it is
    "m": {
      "input": [4], // features
      "init": { "type": "normal", "std": 0.01 }, // too small
      "layers": [
        {
          "repeat": 6, // deep
          "name": "block",
          "layers": [
            { "type": "Linear", "out_features": 8, "bias": true }, // weights
            { "type": "Sigmoid" } // saturates
          ]
        },
        { "type": "Linear", "name": "head", "out_features": 1, "init": "zeros" } // the head
      ],
      "loss": "MSELoss", // squares
      "optimizer": { "type": "SGD", "lr": 0.5, "momentum": 0.9, "weight_decay": 0.1 }, // fast
      "lr_scheduler": { "type": "ExponentialLR", "gamma": 0.9 }, // slower
      "clip_grad_norm": 0.001, // tight
      "data": { "type": "csv", "path": "a.csv", "target": "y" }, // a table
      "train": { "steps": 50, "batch_size": 2 } // small
    }
  }
}
`;

const HE =
  '"init": { "type": "kaiming_normal", "nonlinearity": "relu" }, // too small\n      "bias_init": "zeros",';
const INIT = '"init": { "type": "normal", "std": 0.01 }, // too small';
const noHeadInit: readonly [string, string] = [', "init": "zeros" }', " }"];

const withLayers = (layers: string, fields = '"loss": "MSELoss"'): string => `{
  "models": {
    "m": {
      "input": [8, 4],
      "layers": [${layers}],
      ${fields},
      "data": { "type": "gaussian" }
    }
  }
}`;

const relus = mlp.replace("Sigmoid", "ReLU");
const normed = mlp.replace(
  '{ "type": "Sigmoid" } // saturates',
  '{ "type": "LayerNorm" }, // each sample\n            { "type": "ReLU" } // saturates',
);

interface Case {
  readonly fix: FixName;
  readonly name?: string;
  readonly text?: string;
  readonly cause?: Cause;
  readonly title: string;
  /** What stands in the text before, and after. */
  readonly edits: readonly (readonly [string, string])[];
}

const cases: readonly Case[] = [
  {
    fix: "relu",
    title: "Replace Sigmoid by ReLU in 6 layers, with He's initialisation",
    edits: [["Sigmoid", "ReLU"], [INIT, HE], noHeadInit],
  },
  {
    fix: "leaky-relu",
    text: relus,
    title: "Replace ReLU by LeakyReLU in 6 layers, with He's initialisation",
    edits: [['"ReLU"', '"LeakyReLU"'], [INIT, HE.replace('"relu"', '"leaky_relu"')], noHeadInit],
  },
  {
    fix: "he-init",
    text: relus,
    title: "Start from He's initialisation (kaiming_normal), biases from zero",
    edits: [[INIT, HE], noHeadInit],
  },
  {
    fix: "he-init",
    name: "for tanh",
    text: mlp.replace("Sigmoid", "Tanh"),
    title: "Start from He's initialisation (kaiming_normal), biases from zero",
    edits: [[INIT, HE.replace('"relu"', '"tanh"')], noHeadInit],
  },
  {
    fix: "he-init",
    name: "in branches of residual blocks",
    text: mlp.replace('"name": "block",', '"type": "Residual", "name": "block",').replace("[4]", "[8]"),
    title: "Start from He's initialisation (kaiming_normal), biases from zero",
    edits: [
      [INIT, HE.replace('"relu"', '"sigmoid"')],
      noHeadInit,
      ['"bias": true }', '"bias": true, "init": { "type": "orthogonal", "gain": 0.57 } }'],
    ],
  },
  {
    fix: "he-init",
    name: "in a recurrent model",
    text: withLayers('{ "type": "RNN", "hidden_size": 8 }, { "type": "Linear", "out_features": 1 }'),
    title: "Start from orthogonal matrices, biases from zero",
    edits: [
      [
        '"layers": [{ "type": "RNN"',
        '"init": "orthogonal",\n      "bias_init": "zeros",\n      "layers": [{ "type": "RNN"',
      ],
    ],
  },
  {
    fix: "xavier-init",
    title: "Start from Xavier's initialisation (xavier_uniform), biases from zero",
    edits: [[INIT, '"init": "xavier_uniform", // too small\n      "bias_init": "zeros",'], noHeadInit],
  },
  {
    fix: "default-init",
    title: "Start from PyTorch's own initialisation",
    edits: [['"init": { "type": "normal", "std": 0.01 }, // too small', "// too small"], noHeadInit],
  },
  {
    fix: "batch-norm",
    title: "Put BatchNorm1d behind 6 layers",
    edits: [["// weights\n", '// weights\n            { "type": "BatchNorm1d" },\n']],
  },
  {
    fix: "batch-norm",
    name: "in place of another",
    text: normed,
    title: "Replace LayerNorm by BatchNorm1d",
    edits: [["LayerNorm", "BatchNorm1d"]],
  },
  {
    fix: "batch-norm",
    name: "behind convolutions, and behind each copy of a layer",
    text: withLayers(
      '{ "type": "Conv2d", "repeat": 2, "name": "c", "out_channels": 3, "kernel_size": 3 }, // twice\n { "type": "Flatten" }, { "type": "Linear", "out_features": 1 }',
    ).replace("[8, 4]", "[1, 8, 8]"),
    title: "Put BatchNorm2d behind 2 layers",
    edits: [
      [
        '{ "type": "Conv2d", "repeat": 2, "name": "c", "out_channels": 3, "kernel_size": 3 }, // twice',
        '{ "name": "c", "repeat": 2, "layers": [{ "type": "Conv2d", "out_channels": 3, "kernel_size": 3 }, { "type": "BatchNorm2d" }] }, // twice',
      ],
    ],
  },
  {
    fix: "layer-norm",
    title: "Put LayerNorm behind 6 layers",
    edits: [["// weights\n", '// weights\n            { "type": "LayerNorm" },\n']],
  },
  {
    fix: "residual",
    title: "Put a shortcut around each of 5 blocks (Residual)",
    edits: [
      [
        '        {\n          "repeat": 6, // deep',
        '        { "name": "block_in", "layers": [{ "type": "Linear", "out_features": 8, "bias": true }, { "type": "Sigmoid" }] },\n        {\n          "type": "Residual",\n          "repeat": 5, // deep',
      ],
      [
        '"bias": true }, // weights',
        '"bias": true, "init": { "type": "orthogonal", "gain": 0.63 } }, // weights',
      ],
    ],
  },
  {
    fix: "residual",
    name: "around all where no copy changes the shape",
    text: mlp.replace("[4]", "[8]"),
    title: "Put a shortcut around each of 6 blocks (Residual)",
    edits: [
      ['"repeat": 6, // deep', '"type": "Residual",\n          "repeat": 6, // deep'],
      [
        '"bias": true }, // weights',
        '"bias": true, "init": { "type": "orthogonal", "gain": 0.57 } }, // weights',
      ],
    ],
  },
  {
    fix: "clip-grad-norm",
    cause: { id: "clip-threshold", figures: { typical_norm: 4.321 } },
    title: "Clip the gradient to a norm of 4.3 instead of 0.001",
    edits: [["0.001, // tight", "4.3, // tight"]],
  },
  {
    fix: "lstm",
    text: withLayers(
      '{ "type": "RNN", "hidden_size": 8, "nonlinearity": "relu" }, // forgets\n { "type": "Linear", "out_features": 1 }',
    ),
    title: "Replace RNN by LSTM of 32 units with a forget bias of 2.1, and clip the gradient to a norm of 1",
    edits: [
      [
        '"RNN", "hidden_size": 8, "nonlinearity": "relu" }, // forgets',
        '"LSTM", "hidden_size": 32, "forget_bias": 2.1 }, // forgets',
      ],
      ['"data": { "type": "gaussian" }', '"data": { "type": "gaussian" },\n      "clip_grad_norm": 1'],
    ],
  },
  {
    fix: "lstm",
    name: "without biases, which has no forget bias either",
    text: withLayers(
      '{ "type": "RNN", "hidden_size": 8, "bias": false }, // forgets\n { "type": "Linear", "out_features": 1 }',
      '"clip_grad_norm": 1, "loss": "MSELoss"',
    ),
    title: "Replace RNN by LSTM of 32 units",
    edits: [['"RNN", "hidden_size": 8', '"LSTM", "hidden_size": 32']],
  },
  {
    fix: "gru",
    text: withLayers(
      '{ "type": "LSTM", "hidden_size": 2, "num_layers": 3 }, // narrow\n { "type": "Linear", "out_features": 1 }',
      '"clip_grad_norm": 1, "loss": "MSELoss"',
    ),
    title: "Replace LSTM by GRU of 32 units",
    edits: [
      ['"LSTM", "hidden_size": 2, "num_layers": 3 }, // narrow', '"GRU", "hidden_size": 32 }, // narrow'],
    ],
  },
  {
    fix: "forget-bias",
    text: withLayers(
      '{ "type": "LSTM", "hidden_size": 8 }, // forgets\n { "type": "Linear", "out_features": 1 }',
    ).replace("[8, 4]", "[50, 4]"),
    title: "Open the LSTM's forget gate at the start: a bias of 3.9",
    edits: [['"hidden_size": 8 }', '"hidden_size": 8, "forget_bias": 3.9 }']],
  },
  {
    fix: "truncate",
    text: withLayers(
      '{ "type": "GRU", "hidden_size": 8 }, // long\n { "type": "Linear", "out_features": 1 }',
    ),
    title: "Let the gradient go back 2 of 8 steps (truncate)",
    edits: [['"hidden_size": 8 }', '"hidden_size": 8, "truncate": 2 }']],
  },
  {
    fix: "lower-rate",
    title: "Lower the learning rate from 0.5 to 0.05",
    edits: [['"lr": 0.5', '"lr": 0.05']],
  },
  {
    fix: "lower-rate",
    name: "by as much as the update is too large",
    cause: { id: "update-ratio", figures: { update: 0.9 } },
    title: "Lower the learning rate from 0.5 to 0.005",
    edits: [['"lr": 0.5', '"lr": 0.005']],
  },
  { fix: "raise-rate", title: "Raise the learning rate from 0.5 to 5", edits: [['"lr": 0.5', '"lr": 5']] },
  {
    fix: "adam",
    title: "Replace SGD by Adam with a learning rate of 0.003",
    edits: [
      [
        '{ "type": "SGD", "lr": 0.5, "momentum": 0.9, "weight_decay": 0.1 }, // fast',
        '{ "type": "Adam", "lr": 0.003 }, // fast',
      ],
      ['"lr_scheduler": { "type": "ExponentialLR", "gamma": 0.9 }, // slower', "// slower"],
    ],
  },
  {
    fix: "eps",
    text: mlp.replace('"SGD", "lr": 0.5, "momentum": 0.9', '"Adam", "eps": 3'),
    title: "Lower eps from 3 to 1e-8",
    edits: [['"eps": 3, ', ""]],
  },
  {
    fix: "eps",
    name: "below PyTorch's own",
    text: mlp.replace('"SGD", "lr": 0.5, "momentum": 0.9', '"Adam"'),
    title: "Lower eps from 1e-8 to 1e-14",
    edits: [['"weight_decay": 0.1 }', '"weight_decay": 0.1, "eps": 1e-14 }']],
  },
  {
    fix: "normalize",
    title: "Normalise the inputs: mean 0 and standard deviation 1",
    edits: [['"target": "y" }', '"target": "y", "normalize": true }']],
  },
  {
    fix: "normalize-targets",
    title: "Normalise the targets: mean 0 and standard deviation 1",
    edits: [['"target": "y" }', '"target": "y", "normalize_targets": true }']],
  },
  {
    fix: "add-activation",
    text: mlp.replace(
      '{ "type": "Linear", "out_features": 8, "bias": true }, // weights\n            { "type": "Sigmoid" } // saturates',
      '{ "type": "Linear", "out_features": 8, "bias": true } // weights',
    ),
    title: "Put ReLU behind 6 layers that the next one follows without a nonlinearity",
    edits: [['"bias": true } // weights', '"bias": true }, // weights\n            { "type": "ReLU" }']],
  },
  {
    fix: "drop-activation",
    text: mlp.replace(
      '"zeros" } // the head',
      '"zeros" }, // the head\n        { "type": "Softmax" } // scores',
    ),
    title: "Remove Softmax before the loss",
    edits: [
      [
        '"zeros" }, // the head\n        { "type": "Softmax" } // scores',
        '"zeros" } // the head\n // scores',
      ],
    ],
  },
  {
    fix: "fitting-loss",
    text: withLayers(
      '{ "type": "Linear", "out_features": 2 }, { "type": "Softmax" }',
      '"loss": "NLLLoss" /* why */',
    ),
    title: "Replace NLLLoss by CrossEntropyLoss, and remove Softmax before it",
    edits: [
      [', { "type": "Softmax" }', ""],
      ["NLLLoss", "CrossEntropyLoss"],
    ],
  },
  {
    fix: "output-activation",
    text: withLayers(
      '{ "type": "Linear", "out_features": 1 }, { "type": "Softmax", "name": "p" /* one unit */ }',
      '"loss": "BCELoss"',
    ),
    title: "Replace Softmax before the loss by Sigmoid",
    edits: [['"Softmax"', '"Sigmoid"']],
  },
  {
    fix: "no-bias",
    text: normed,
    title: "Leave out the bias of 6 layers before a normalisation",
    edits: [['"bias": true', '"bias": false']],
  },
  {
    fix: "batch-size",
    title: "Take batches of 32 samples instead of 2",
    edits: [['"batch_size": 2', '"batch_size": 32']],
  },
  {
    fix: "less-dropout",
    text: mlp.replace('{ "type": "Sigmoid" } // saturates', '{ "type": "Dropout", "p": 0.9 } // most'),
    title: "Drop 20 % of the units instead of 90 % in 6 layers",
    edits: [['"p": 0.9', '"p": 0.2']],
  },
  {
    fix: "wider",
    title: "Widen 6 layers to 16 units",
    edits: [['"out_features": 8', '"out_features": 16']],
  },
  {
    fix: "no-weight-decay",
    title: "Leave out the weight decay of 0.1",
    edits: [[', "weight_decay": 0.1', ""]],
  },
  {
    fix: "no-clip",
    title: "Leave the gradient unclipped",
    edits: [['"clip_grad_norm": 0.001, // tight', "// tight"]],
  },
  {
    fix: "pre-norm",
    text: withLayers(
      '{ "type": "TransformerEncoderLayer", "nhead": 2, "repeat": 3 /* deep */ }, { "type": "Linear", "out_features": 1 }',
    ),
    title: "Normalise before attention and feed-forward in 3 encoder layers",
    edits: [['"repeat": 3 /* deep */ }', '"repeat": 3, "norm_first": true /* deep */ }']],
  },
  {
    fix: "no-schedule",
    title: "Keep the learning rate as it is, without ExponentialLR",
    edits: [['"lr_scheduler": { "type": "ExponentialLR", "gamma": 0.9 }, // slower', "// slower"]],
  },
];

suite("fixes", () => {
  for (const { fix: name, name: what = "", text = mlp, cause, title, edits } of cases) {
    test(`${name} ${what}`.trim(), () => {
      assert.deepEqual(parse(text).problems, []);
      const expected = edits.reduce((all, [before, after]) => {
        assert.ok(all.includes(before), `the text has no ${before}`);
        return all.replace(before, after);
      }, text);
      const fix = fixOf(text, name, cause);
      assert.equal(fix?.title, title);
      assert.equal(applyEdits(text, fix?.edits ?? []), expected);
    });
  }

  test("every fix has its text test", () => {
    const tested = new Set(cases.map(({ fix }) => fix));
    assert.deepEqual(
      Object.keys(FIXES).filter((name) => !tested.has(name as FixName)),
      [],
    );
  });
});
