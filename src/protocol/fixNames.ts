/**
 * What a finding may propose to change, by name: findings name fixes, and edits implement them. Each with what it does, as a
 * list of choices says it.
 */
export const FIXES = {
  relu: "ReLU in place of activations that saturate, with the initialisation that fits it",
  "leaky-relu": "LeakyReLU in place of ReLU: a unit that is off still gets a gradient",
  "he-init": "He initialisation (kaiming_normal), biases at zero",
  "xavier-init": "Xavier initialisation, biases at zero",
  "default-init": "PyTorch's own initialisation",
  "batch-norm": "BatchNorm after the layers with weights",
  "layer-norm": "LayerNorm after the layers with weights",
  residual: "a Residual around each block",
  "clip-grad-norm": "clip_grad_norm with a threshold that the run itself suggests",
  lstm: "an LSTM in place of the recurrent layer, whose forget gate begins open",
  gru: "a GRU in place of the recurrent layer",
  "forget-bias": "the LSTM's forget gate begins open",
  truncate: "backpropagation through time cut to the last steps",
  "lower-rate": "a lower learning rate",
  "raise-rate": "a higher learning rate",
  adam: "Adam in place of the optimizer",
  eps: "Adam's eps far below the gradients",
  normalize: "inputs with mean 0 and standard deviation 1",
  "normalize-targets": "targets with mean 0 and standard deviation 1",
  "add-activation": "an activation between layers that are linear",
  "drop-activation": "no activation before the loss",
  "fitting-loss": "the loss that fits the last layer",
  "output-activation": "an activation whose range holds the targets",
  "no-bias": "no bias before the normalisation",
  "batch-size": "larger batches",
  "less-dropout": "a smaller share of dropped units",
  wider: "a wider layer",
  "no-weight-decay": "no weight decay",
  "no-clip": "no clipping",
  "pre-norm": "normalisation before each block instead of after it",
  "no-schedule": "a learning rate that stays",
} as const;

export type FixName = keyof typeof FIXES;
