import { boolean, choice, either, integer, number, optional, shape, text } from "../engine/params.ts";
import { LIMITS } from "./limits.ts";

/** Fields of `train`, with the defaults of a run. */
export const trainFields = {
  steps: integer("Number of training steps.", { min: 1, max: LIMITS.steps }, 100),
  batch_size: integer("Samples of a batch.", { min: 1, max: LIMITS.batch }, 32),
  seed: integer("What `torch.manual_seed` takes: the same seed gives the same run.", { min: 0 }, 0),
  shuffle: boolean("Draw the samples in a new order in every epoch.", true),
  drop_last: boolean("Leave out the last batch of an epoch where it is not full.", true),
  validate_every: optional(
    integer("Steps from one evaluation of the validation set to the next. Default: one epoch.", { min: 1 }),
  ),
};

/** Fields of `data` that belong to no data set in particular. */
export const dataFields = {
  normalize: boolean(
    "Each column or channel of the inputs less its mean, divided by its standard deviation, over the whole data set.",
    false,
  ),
  normalize_targets: boolean(
    "Each column or channel of the targets likewise: for losses of numbers, whose size then no longer matters.",
    false,
  ),
  validation: number(
    "Share of the samples that is held out and evaluated in `eval()` mode.",
    { min: 0, below: 1 },
    0,
  ),
};

/** Fields of `clip_grad_norm`, where it is not just the number. */
export const clipFields = {
  max_norm: number("Largest norm of all gradients together.", { min: 0 }),
  norm_type: either(
    number("The p of the p-norm; or `inf`.", { above: 0 }, 2),
    choice("The largest element.", ["inf"]),
  ),
};

export const clipNorm = number("Largest norm of all gradients together.", { min: 0 });

/** Fields of a model that are plain values. */
export const plainFields = {
  input: shape("Shape of one sample, without the batch."),
  clip_grad_value: optional(number("Largest absolute value of an element of a gradient.", { min: 0 })),
  weights: optional(text("A `.safetensors` file, relative to this one, from whose tensors training starts.")),
};

/** Every field of a model, with what the editor says about it. The parser knows no other. */
export const modelFields = {
  extends:
    "Name of a model of this file that this one changes: a merge patch (RFC 7396). Arrays are replaced whole.",
  input: plainFields.input.doc,
  init: "How every layer with weights starts out, unless it says so itself: a function of `torch.nn.init` without its underscore.",
  bias_init: "How every bias starts out, unless the layer says so itself.",
  layers: "The layers, first to last.",
  loss: "What training minimises: a loss of `torch.nn`.",
  optimizer: "An optimizer of `torch.optim`. Default: `SGD` with `lr` 0.01.",
  lr_scheduler: "A scheduler of `torch.optim.lr_scheduler`, stepped once per training step.",
  clip_grad_norm:
    "`torch.nn.utils.clip_grad_norm_`: `max_norm`, or an object with `max_norm` and `norm_type`.",
  clip_grad_value:
    "`torch.nn.utils.clip_grad_value_`: the largest absolute value of an element of a gradient.",
  data: "What the model learns from.",
  train: "Length, batches and seed of a run.",
  weights: plainFields.weights.doc,
  rules: "How findings about its runs are set: by id, `off` or other thresholds than the default ones.",
} as const;

export type ModelField = keyof typeof modelFields;
