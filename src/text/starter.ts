import { t } from "../l10n/translate.ts";

/** A model file to begin with: it runs, and its comments say what to try. `name` is the model's. */
export const starter = (name: string): string => `{
  // ${t`Layers, losses and optimizers are named as in PyTorch, with PyTorch's defaults.`}
  "version": 1,
  "models": {
    ${JSON.stringify(name)}: {
      "input": [2], // ${t`shape of one sample, without the batch`}
      "init": "xavier_uniform",
      "layers": [
        {
          "repeat": 10,
          "name": "block",
          "layers": [
            { "type": "Linear", "out_features": 32 },
            // ${t`Change Tanh to Sigmoid and run again: the gradient vanishes in the backward pass.`}
            { "type": "Tanh" }
          ]
        },
        { "type": "Linear", "name": "head", "out_features": 1 }
      ],
      "loss": "BCEWithLogitsLoss",
      "optimizer": { "type": "SGD", "lr": 0.1, "momentum": 0.9 },
      "data": { "type": "spiral", "samples": 1000, "noise": 0.1 },
      "train": { "steps": 500, "batch_size": 64, "seed": 0 }
    }
  }
}
`;
