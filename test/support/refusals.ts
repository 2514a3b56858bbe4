/** A model that PyTorch refuses: what is wrong with it, and how PyTorch is brought to say so. */
export interface Refusal {
  readonly name: string;
  readonly input: readonly number[];
  readonly layers: readonly object[];
  /** Other fields of the model. */
  readonly fields?: object;
  readonly message: RegExp;
  /** An expression of Python that raises an exception. */
  readonly torch: string;
}

const linear = { type: "Linear", out_features: 4 };

const layer = (
  input: readonly number[],
  entry: object,
  message: RegExp,
  torch: string,
  fields: object = {},
): Refusal => ({
  name: `${JSON.stringify(entry)} on [${input.join(", ")}]`,
  input,
  layers: [entry],
  fields,
  message,
  torch,
});

const field = (fields: object, message: RegExp, torch: string): Refusal => ({
  name: JSON.stringify(fields),
  input: [4],
  layers: [linear],
  fields,
  message,
  torch,
});

const call = (module: string, sizes: readonly number[]): string =>
  `${module}(torch.zeros(${sizes.join(", ")}))`;
const weight = "[torch.zeros(4, requires_grad=True)]";

export const refusals: readonly Refusal[] = [
  // sizes that do not divide
  layer(
    [5, 6],
    { type: "MultiheadAttention", num_heads: 4 },
    /num_heads 4 does not divide the width 6/,
    "nn.MultiheadAttention(6, 4)",
  ),
  layer(
    [5, 6],
    { type: "TransformerEncoderLayer", nhead: 4 },
    /nhead 4 does not divide the width 6/,
    "nn.TransformerEncoderLayer(6, 4)",
  ),
  layer(
    [3, 4, 4],
    { type: "Conv2d", out_channels: 4, kernel_size: 1, groups: 2 },
    /groups 2 does not divide the 3 channels/,
    "nn.Conv2d(3, 4, 1, groups=2)",
  ),
  layer(
    [4, 4, 4],
    { type: "Conv2d", out_channels: 3, kernel_size: 1, groups: 2 },
    /groups 2 does not divide out_channels 3/,
    "nn.Conv2d(4, 3, 1, groups=2)",
  ),
  layer(
    [3, 5],
    { type: "Conv1d", out_channels: 4, kernel_size: 1, groups: 2 },
    /groups 2 does not divide the 3 channels/,
    "nn.Conv1d(3, 4, 1, groups=2)",
  ),
  layer(
    [3],
    { type: "GroupNorm", num_groups: 2 },
    /num_groups 2 does not divide the 3 channels/,
    "nn.GroupNorm(2, 3)",
  ),
  layer(
    [5],
    { type: "Unflatten", dim: 1, unflattened_size: [2, 3] },
    /\[2, 3\] does not multiply up to the 5/,
    call("nn.Unflatten(1, (2, 3))", [2, 5]),
  ),

  // windows that have no place
  layer(
    [1, 3, 3],
    { type: "Conv2d", out_channels: 1, kernel_size: 5 },
    /kernel spans 5, but its padded input only 3/,
    call("nn.Conv2d(1, 1, 5)", [2, 1, 3, 3]),
  ),
  layer(
    [1, 3, 3],
    { type: "Conv2d", out_channels: 1, kernel_size: 2, dilation: 3 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.Conv2d(1, 1, 2, dilation=3)", [2, 1, 3, 3]),
  ),
  layer(
    [2, 3],
    { type: "Conv1d", out_channels: 1, kernel_size: 4 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.Conv1d(2, 1, 4)", [2, 2, 3]),
  ),
  layer(
    [1, 3, 3],
    { type: "MaxPool2d", kernel_size: 4 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.MaxPool2d(4)", [2, 1, 3, 3]),
  ),
  layer(
    [1, 3],
    { type: "MaxPool1d", kernel_size: 4 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.MaxPool1d(4)", [2, 1, 3]),
  ),
  layer(
    [1, 3, 3],
    { type: "AvgPool2d", kernel_size: 4 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.AvgPool2d(4)", [2, 1, 3, 3]),
  ),
  layer(
    [1, 3],
    { type: "AvgPool1d", kernel_size: 4 },
    /kernel spans 4, but its padded input only 3/,
    call("nn.AvgPool1d(4)", [2, 1, 3]),
  ),
  layer(
    [1, 4],
    { type: "MaxPool1d", kernel_size: 2, padding: 2 },
    /padding 2 is more than half of the kernel of 2/,
    call("nn.MaxPool1d(2, padding=2)", [2, 1, 4]),
  ),
  layer(
    [1, 4, 4],
    { type: "AvgPool2d", kernel_size: 2, padding: 2 },
    /padding 2 is more than half of the kernel of 2/,
    call("nn.AvgPool2d(2, padding=2)", [2, 1, 4, 4]),
  ),
  layer(
    [1, 4],
    { type: "Conv1d", out_channels: 1, kernel_size: 3, stride: 2, padding: "same" },
    /padding "same" needs stride 1/,
    'nn.Conv1d(1, 1, 3, stride=2, padding="same")',
  ),

  // inputs of another kind
  layer(
    [4],
    { type: "Conv2d", out_channels: 1, kernel_size: 1 },
    /Conv2d needs \[channels, height, width\]/,
    call("nn.Conv2d(1, 1, 1)", [2, 4]),
  ),
  layer(
    [4],
    { type: "AdaptiveAvgPool2d", output_size: 2 },
    /AdaptiveAvgPool2d needs \[channels, height, width\]/,
    call("nn.AdaptiveAvgPool2d(2)", [2, 4]),
  ),
  layer(
    [3, 4, 4],
    { type: "BatchNorm1d" },
    /BatchNorm1d needs \[features\] or \[channels, length\]/,
    call("nn.BatchNorm1d(3)", [2, 3, 4, 4]),
  ),
  layer(
    [3],
    { type: "BatchNorm2d" },
    /BatchNorm2d needs \[channels, height, width\]/,
    call("nn.BatchNorm2d(3)", [2, 3]),
  ),
  layer(
    [3, 1, 1],
    { type: "InstanceNorm2d" },
    /more than one element a channel/,
    call("nn.InstanceNorm2d(3)", [2, 3, 1, 1]),
  ),
  layer(
    [2, 3, 4],
    { type: "LSTM", hidden_size: 2 },
    /LSTM needs \[time, features\]/,
    call("nn.LSTM(4, 2)", [2, 2, 3, 4]),
  ),
  layer(
    [4],
    { type: "LayerNorm", normalized_shape: 5 },
    /normalises over \[5\]/,
    call("nn.LayerNorm(5)", [2, 4]),
  ),
  layer(
    [3, 4],
    { type: "RMSNorm", normalized_shape: [2, 4] },
    /normalises over \[2, 4\]/,
    call("nn.RMSNorm((2, 4))", [2, 3, 4]),
  ),
  layer([4], { type: "PReLU", num_parameters: 3 }, /PReLU has 3 slopes/, call("nn.PReLU(3)", [2, 4])),
  layer(
    [3],
    { type: "Flatten", start_dim: 5 },
    /start_dim 5 is none of its dimensions/,
    call("nn.Flatten(5)", [2, 3]),
  ),
  layer(
    [3, 4],
    { type: "Flatten", start_dim: 2, end_dim: 1 },
    /start_dim 2 comes after end_dim 1/,
    call("nn.Flatten(2, 1)", [2, 3, 4]),
  ),
  {
    name: "a Residual whose branches differ",
    input: [3],
    layers: [{ type: "Residual", layers: [linear] }],
    message: /give \[4\] and its identity shortcut gives \[3\]/,
    torch: "nn.Linear(3, 4)(torch.zeros(2, 3)) + torch.zeros(2, 3)",
  },

  // parameters that contradict themselves or each other
  layer(
    [4],
    { type: "Hardtanh", min_val: 1, max_val: 0 },
    /min_val 1 is not below max_val 0/,
    "nn.Hardtanh(1, 0)",
  ),
  layer([4], { type: "CELU", alpha: 0 }, /alpha: expected a number above 0/, call("nn.CELU(0)", [2])),
  layer([4], { type: "CELU", alpha: 1e-45 }, /alpha 1e-45 is so close to 0/, call("nn.CELU(1e-45)", [2])),
  layer(
    [4],
    { type: "LeakyReLU", negative_slope: 1e39 },
    /negative_slope: expected a number, within ±3\.4028234663852886e\+38/,
    call("nn.LeakyReLU(1e39)", [2]),
  ),
  ...(["BatchNorm1d", "BatchNorm2d"] as const).map((type, i) =>
    layer(
      i === 0 ? [3] : [3, 2, 2],
      { type, eps: 0 },
      /eps: expected a number above 0/,
      call(`nn.${type}(3, eps=0.0)`, i === 0 ? [2, 3] : [2, 3, 2, 2]),
    ),
  ),
  layer(
    [1, 4],
    { type: "AvgPool1d", kernel_size: 2, stride: 2 ** 31 },
    /stride: expected an integer from 1 to 2147483647/,
    call("nn.AvgPool1d(2, stride=2**31)", [2, 1, 4]),
  ),
  layer([4], { type: "Dropout", p: 1.5 }, /p: expected a number from 0 to 1/, "nn.Dropout(1.5)"),
  layer(
    [3, 2],
    { type: "LSTM", hidden_size: 2, num_layers: 2, dropout: 1.5 },
    /dropout: expected a number from 0 to 1/,
    "nn.LSTM(2, 2, 2, dropout=1.5)",
  ),
  layer(
    [3],
    { type: "Embedding", num_embeddings: 3, embedding_dim: 2, padding_idx: 3 },
    /padding_idx 3 is not an id of 3 embeddings/,
    "nn.Embedding(3, 2, padding_idx=3)",
  ),
  layer(
    [4],
    { ...linear, name: "train" },
    /an attribute called "train"/,
    'nn.Module().add_module("train", nn.ReLU())',
  ),
  layer([3], { type: "BatchNorm1d" }, /needs batches of at least 2/, call("nn.BatchNorm1d(3)", [1, 3]), {
    train: { batch_size: 1 },
  }),
  layer(
    [4],
    { ...linear, init: "dirac" },
    /dirac needs 3, 4 or 5 dimensions/,
    "nn.init.dirac_(torch.zeros(4, 4))",
  ),
  layer(
    [2, 3],
    { type: "Conv1d", out_channels: 2, kernel_size: 1, init: "eye" },
    /eye needs 2 dimensions/,
    "nn.init.eye_(torch.zeros(2, 2, 1))",
  ),
  layer(
    [2, 3],
    { type: "Conv1d", out_channels: 2, kernel_size: 1, init: { type: "sparse", sparsity: 0.1 } },
    /sparse needs 2 dimensions/,
    "nn.init.sparse_(torch.zeros(2, 2, 1), 0.1)",
  ),
  layer(
    [4],
    { ...linear, bias_init: { type: "uniform", a: 1, b: 0 } },
    /uniform needs a ≤ b/,
    "nn.init.uniform_(torch.zeros(4), 1, 0)",
  ),

  layer(
    [4],
    { ...linear, init: { type: "xavier_normal", gain: -1 } },
    /gain: expected a number of at least 0/,
    "nn.init.xavier_normal_(torch.zeros(4, 4), gain=-1.0)",
  ),
  layer(
    [4],
    { ...linear, init: { type: "xavier_uniform", gain: 3e38 } },
    /xavier_uniform would draw from a range of width 5\.19\d*e\+38/,
    "nn.init.xavier_uniform_(torch.zeros(4, 4), gain=3e38)",
  ),
  layer(
    [4],
    { ...linear, init: { type: "uniform", a: -3e38, b: 3e38 } },
    /uniform would draw from a range of width 6e\+38/,
    "nn.init.uniform_(torch.zeros(4, 4), -3e38, 3e38)",
  ),

  // losses, optimizers, schedules
  field(
    { loss: { type: "HuberLoss", delta: 0 } },
    /delta: expected a number above 0/,
    "nn.HuberLoss(delta=0)(torch.zeros(2), torch.zeros(2))",
  ),
  field(
    { loss: { type: "SmoothL1Loss", beta: -1 } },
    /beta: expected a number of at least 0/,
    "nn.SmoothL1Loss(beta=-1)(torch.zeros(2), torch.zeros(2))",
  ),
  field(
    { loss: { type: "CrossEntropyLoss", label_smoothing: 2 } },
    /label_smoothing: expected a number from 0 to 1/,
    "nn.CrossEntropyLoss(label_smoothing=2)(torch.zeros(2, 4), torch.zeros(2).long())",
  ),
  field(
    { optimizer: { type: "SGD", lr: -1 } },
    /lr: expected a number of at least 0/,
    `torch.optim.SGD(${weight}, lr=-1)`,
  ),
  field(
    { optimizer: { type: "SGD", nesterov: true } },
    /nesterov needs a momentum above 0/,
    `torch.optim.SGD(${weight}, nesterov=True)`,
  ),
  field(
    { optimizer: { type: "SGD", lr: 1e39 } },
    /lr: expected a number of at least 0, within ±3\.4/,
    `(lambda w: (w.sum().backward(), torch.optim.SGD([w], lr=1e39).step()))(${weight}[0])`,
  ),
  field(
    { optimizer: { type: "Adam", betas: [0.9, 1] } },
    /betas: expected a list of 2 numbers/,
    `torch.optim.Adam(${weight}, betas=(0.9, 1.0))`,
  ),
  field(
    { optimizer: { type: "RMSprop", eps: -1 } },
    /eps: expected a number of at least 0/,
    `torch.optim.RMSprop(${weight}, eps=-1)`,
  ),
  field(
    { optimizer: { type: "Adagrad", lr_decay: -1 } },
    /lr_decay: expected a number of at least 0/,
    `torch.optim.Adagrad(${weight}, lr_decay=-1)`,
  ),
  field(
    { lr_scheduler: { type: "OneCycleLR", max_lr: 1, total_steps: 4, pct_start: 0.25 }, train: { steps: 4 } },
    /goes up in no time/,
    `torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD(${weight}, momentum=0.9), 1, 4, pct_start=0.25)`,
  ),
  field(
    { lr_scheduler: { type: "OneCycleLR", max_lr: 1, pct_start: 1 }, train: { steps: 4 } },
    /comes down in no time/,
    `(lambda s: [s.step() for _ in range(4)])(torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD(${weight}, momentum=0.9), 1, 4, pct_start=1.0))`,
  ),
  field(
    { lr_scheduler: { type: "OneCycleLR", max_lr: 1, pct_start: 2 } },
    /pct_start: expected a number from 0 to 1/,
    `torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD(${weight}, momentum=0.9), 1, 4, pct_start=2.0)`,
  ),
  field(
    { lr_scheduler: { type: "LinearLR", start_factor: 0 } },
    /start_factor: expected a number above 0/,
    `torch.optim.lr_scheduler.LinearLR(torch.optim.SGD(${weight}), start_factor=0)`,
  ),
  field(
    { lr_scheduler: { type: "LinearLR", end_factor: 2 } },
    /end_factor: expected a number from 0 to 1/,
    `torch.optim.lr_scheduler.LinearLR(torch.optim.SGD(${weight}), end_factor=2)`,
  ),
];
