import type { FindingId } from "../../protocol/rules.ts";

/** What each finding says, in a few words: the title of its section. */
export const TITLES: Readonly<Record<FindingId, string>> = {
  "softmax-before-ce": "Softmax before CrossEntropyLoss",
  "activation-before-ce": "An activation before CrossEntropyLoss",
  "sigmoid-before-bcewithlogits": "Sigmoid before BCEWithLogitsLoss",
  "nll-without-log-softmax": "NLLLoss without a log-softmax",
  "softmax-one-unit": "Softmax over one unit",
  "output-activation": "Targets outside of the output's range",
  "constant-init": "Constant initialisation",
  "non-finite-data": "NaN or ∞ in the data",
  "non-finite": "NaN or ∞",
  "overflow-near": "Overflow is near",
  "target-scale": "Targets of another scale than the outputs",
  "unscaled-input": "Inputs that are not scaled",
  "clip-threshold": "A clipping threshold too small",
  "poor-init": "Poor initialisation",
  "update-ratio": "A step that rewrites a layer",
  "weight-decay": "Weight decay too strong",
  "exploding-time": "The gradient explodes through time",
  "vanishing-time": "The gradient vanishes through time",
  "exploding-depth": "The gradient or the outputs explode along depth",
  "adam-eps": "Gradients below Adam's eps",
  "lr-too-small": "A learning rate too small",
  "vanishing-depth": "The gradient vanishes along depth",
  collapse: "All samples look alike",
  saturation: "Saturated activations",
  "dead-relu": "Dead ReLUs",
  "zero-gradient": "A gradient of exactly 0",
  "missing-activation": "Linear layers without an activation between them",
  "post-norm": "A deep stack of encoder layers that normalise after each block",
  "bn-batch": "BatchNorm on batches too small",
  dropout: "Dropout too strong",
  bottleneck: "A layer too narrow for what lies around it",
  "bias-before-norm": "A bias before a normalisation",
  "loss-stalled": "The loss stalls",
};

/**
 * When each finding holds, in words, thresholds by their names. Apart from the findings, so that a program that only shows what was found
 * does not carry it along.
 */
export const CONDITIONS: Readonly<Record<FindingId, string>> = {
  "softmax-before-ce": "The last layer is a Softmax and the loss is CrossEntropyLoss.",
  "activation-before-ce":
    "The last layer is an activation other than Softmax and the loss is CrossEntropyLoss.",
  "sigmoid-before-bcewithlogits": "The last layer is a Sigmoid and the loss is BCEWithLogitsLoss.",
  "nll-without-log-softmax":
    "The loss is NLLLoss: no layer of a model file gives the logarithm of a softmax.",
  "softmax-one-unit": "A Softmax is taken over a dimension of size 1.",
  "output-activation":
    "The loss is a regression's, the last layer is an activation, and targets lie outside of its range by more than `margin` standard deviations.",
  "constant-init":
    "The weights of a layer of several units all begin with the same value, and so do those of the next layer with weights, or the layer is all zeros with a ReLU behind it.",
  "non-finite-data":
    "A value of the inputs or targets is NaN or ±∞; said when the data are read, with row and column.",
  "non-finite": "A NaN or ±∞ is in the loss, in an output, in a gradient or in a weight.",
  "overflow-near":
    "At each of three steps in a row the norm of all gradients is `growth` times that of the step before, and the loss is above `loss` times the first and rising.",
  "target-scale":
    "The loss is a regression's and a target's standard deviation is above `std`, or its mean is above `offset` and above `offset` standard deviations; an error where the model has learned next to nothing, has not moved or is worse than a constant.",
  "unscaled-input":
    "The inputs' root mean square is above `rms`, or the largest above `largest`, after `normalize`; an error where the model has learned nothing, has not moved, is worse than a constant or ended with NaN or ∞.",
  "clip-threshold":
    "The median of `clip_coef` is below `coef` with an optimizer that does not divide the scale out, no layer has moved by `lr-too-small.moved` of its size, and the model does not do well.",
  "poor-init":
    "The loss of the first step is above `loss` times that of the best constant (unless the targets lie far from 0), or the norm of a unit's weights, ‖θ‖ / √out, is below `small` or above `large` in at least half of the layers; and the model does not do well.",
  "update-ratio":
    "In one of the first steps a layer's update is above `ratio` of its weights, and the run ended with NaN or ∞ or is worse than a constant; or above `extreme`, and it does no better than one. Layers whose weights are 0 do not count.",
  "weight-decay":
    "Learning rate times weight decay is at least `decay`, the norm of a layer's weights is below `left` of its first, and the model does not do well.",
  "exploding-time":
    "‖∂L/∂h_0‖ is above `ratio` times ‖∂L/∂h_T‖ at any step that is kept, and the model does not do well or ended with NaN or ∞.",
  "vanishing-time":
    "‖∂L/∂h_0‖ is below `ratio` of ‖∂L/∂h_T‖ at the first step and in the median over the steps that are kept, and the model has learned nothing or has not moved, and is not worse than a constant. For LSTM and GRU a remark while the run goes on, within the first `steps` steps or where the ratio has grown more than `opening`-fold.",
  "exploding-depth":
    "At the first step ‖∂L/∂h‖ of the first layer with weights is above `ratio` times the last one's, or the outputs' standard deviation grows more than `growth`-fold over at least `layers` layers with weights; and the model does no better than a constant, has not moved, or ended with NaN or ∞, where a fifth of either is enough.",
  "adam-eps":
    "With Adam or AdamW the gradient's elements are below `eps` times eps, and a weight moves by less than `step` of the learning rate, in at least `layers` of the layers; and the model does not do well.",
  "lr-too-small":
    "The sum of the relative updates over the run is below `moved` in every layer, or the schedule ends below `decay` of the highest rate while that sum is below 1; the model does not do well, and neither eps, nor clipping, nor the targets' scale nor a gradient that vanishes explains it.",
  "vanishing-depth":
    "‖∂L/∂h‖ of the first layer with weights is below `first` of the last one's at the first step and below `ratio` of it over the last steps (or the other way round), at least `hops` layers lie between, and the model has learned nothing, has not moved, or is above `poor` times the loss of the best constant, and is not worse than that.",
  collapse:
    "`act_spread` of a layer before the last is below `spread` over the last steps, and the model does no better than a constant.",
  saturation:
    "More than `share` of a layer's outputs lie where its derivative is below 5 % of its maximum, at the first step and now, and the model has learned nothing, has not moved or is worse than a constant; above `most` also where the loss is above half of the best constant's. A Softmax at the output under a squared error counts until the model is trained.",
  "dead-relu":
    "Over the last steps all units of a ReLU layer are 0 for the whole batch, or at least `share` of them and `growth` more than at the first step; and the model does not do well. Where it has learned something and its loss varies, as it does under noise, `most` of them.",
  "zero-gradient":
    "∂L/∂h of a layer is exactly 0 over the last steps, or the norm of all gradients is; an error unless the model is trained or does well without that layer.",
  "missing-activation":
    "A Linear, Conv1d or Conv2d follows another with nothing but normalisation, dropout or a reshape between them; an error where the model has learned nothing, has not moved or is worse than a constant.",
  "post-norm":
    "At least `layers` TransformerEncoderLayers without `norm_first`; an error where the model has learned nothing, has not moved or is worse than a constant.",
  "bn-batch":
    "A BatchNorm sees at most `batch` values of a channel; an error where the model does not do well.",
  dropout: "A Dropout with `p` above the threshold; an error where the model does not do well.",
  bottleneck:
    "A Linear is at most `part` as wide as the one before, the one after and the output; an error where the model does not do well, or ends above 0.45 of the best constant's loss.",
  "bias-before-norm":
    "A Linear, Conv1d or Conv2d with a bias is directly followed by a normalisation that takes the mean of each of its channels: BatchNorm, InstanceNorm, or GroupNorm with one channel a group.",
  "loss-stalled":
    "The mean loss of the last steps is that of the best constant prediction, from `nothing` of it on; or above it and not falling since half time (`flat`); or where it began; or worse than a constant (`worse`). While a run goes on it has to rest, and is a warning in its first half, up to step 200.",
};
