import { t } from "../l10n/translate.ts";

/**
 * What a finding may propose to change, by name: findings name fixes, and edits implement them. Each with what it does, as a
 * list of choices says it.
 */
export const FIXES = {
  relu: t`ReLU in place of activations that saturate, with the initialisation that fits it`,
  "leaky-relu": t`LeakyReLU in place of ReLU: a unit that is off still gets a gradient`,
  "he-init": t`He initialisation (kaiming_normal), biases at zero`,
  "xavier-init": t`Xavier initialisation, biases at zero`,
  "default-init": t`PyTorch's own initialisation`,
  "batch-norm": t`BatchNorm after the layers with weights`,
  "layer-norm": t`LayerNorm after the layers with weights`,
  residual: t`a Residual around each block`,
  "clip-grad-norm": t`clip_grad_norm with a threshold that the run itself suggests`,
  lstm: t`an LSTM in place of the recurrent layer, whose forget gate begins open`,
  gru: t`a GRU in place of the recurrent layer`,
  "forget-bias": t`the LSTM's forget gate begins open`,
  truncate: t`backpropagation through time cut to the last steps`,
  "lower-rate": t`a lower learning rate`,
  "raise-rate": t`a higher learning rate`,
  adam: t`Adam in place of the optimizer`,
  eps: t`Adam's eps far below the gradients`,
  normalize: t`inputs with mean 0 and standard deviation 1`,
  "normalize-targets": t`targets with mean 0 and standard deviation 1`,
  "add-activation": t`an activation between layers that are linear`,
  "drop-activation": t`no activation before the loss`,
  "fitting-loss": t`the loss that fits the last layer`,
  "output-activation": t`an activation whose range holds the targets`,
  "no-bias": t`no bias before the normalisation`,
  "batch-size": t`larger batches`,
  "less-dropout": t`a smaller share of dropped units`,
  wider: t`a wider layer`,
  "no-weight-decay": t`no weight decay`,
  "no-clip": t`no clipping`,
  "pre-norm": t`normalisation before each block instead of after it`,
  "no-schedule": t`a learning rate that stays`,
} as const;

export type FixName = keyof typeof FIXES;
