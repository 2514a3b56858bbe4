/**
 * The workloads of the benchmark, as models of a model file: widths, depths and batches that differ in what they strain.
 * Where a deep net would shrink its gradients to denormal numbers, which are slow everywhere, `init` keeps them of one size.
 */
const relu = { type: "ReLU" };
const linear = (out_features: number) => ({ type: "Linear", out_features });

const residualBlock = {
  type: "Residual",
  name: "block",
  repeat: 10,
  layers: [linear(128), { type: "BatchNorm1d" }, relu, linear(128), { type: "BatchNorm1d" }],
};

const convolution = (out_channels: number) => [
  { type: "Conv2d", out_channels, kernel_size: 3, padding: 1 },
  relu,
  { type: "MaxPool2d", kernel_size: 2 },
];

const recurrent = (type: string) => ({
  input: [100, 2],
  layers: [{ type, hidden_size: 64 }, linear(1)],
  loss: "MSELoss",
  optimizer: { type: "Adam", lr: 1e-3 },
  clip_grad_norm: 1,
  batch: 32,
});

export const workloads = {
  W1: {
    what: "MLP 2, 20 × Linear 64 + tanh, 1; batch 64; BCE; SGD",
    input: [2],
    layers: [{ repeat: 20, name: "block", layers: [linear(64), { type: "Tanh" }] }, linear(1)],
    init: "xavier_uniform",
    loss: "BCEWithLogitsLoss",
    optimizer: { type: "SGD", lr: 0.01 },
    batch: 64,
  },
  W2: {
    what: "MLP 784-512-512-10, ReLU; batch 128; cross entropy; Adam",
    input: [784],
    layers: [linear(512), relu, linear(512), relu, linear(10)],
    init: "kaiming_uniform",
    loss: "CrossEntropyLoss",
    optimizer: { type: "Adam", lr: 1e-3 },
    batch: 128,
  },
  W3: {
    what: "MLP 100 × Linear 32 + ReLU; batch 32; SGD",
    input: [32],
    layers: [{ repeat: 100, name: "block", layers: [linear(32), relu] }, linear(1)],
    init: "kaiming_uniform",
    loss: "MSELoss",
    optimizer: { type: "SGD", lr: 1e-5 },
    batch: 32,
  },
  W4: {
    what: "residual MLP 64, 10 × [Linear 128, BatchNorm, ReLU, Linear 128, BatchNorm], 10; batch 128; SGD with momentum",
    input: [64],
    layers: [linear(128), relu, residualBlock, linear(10)],
    init: "kaiming_uniform",
    loss: "CrossEntropyLoss",
    optimizer: { type: "SGD", lr: 0.01, momentum: 0.9 },
    batch: 128,
  },
  W5: {
    what: "CNN 1 × 28 × 28, Conv 16, pool, Conv 32, pool, Linear 10; batch 64; Adam",
    input: [1, 28, 28],
    layers: [...convolution(16), ...convolution(32), { type: "Flatten" }, linear(10)],
    init: "kaiming_uniform",
    loss: "CrossEntropyLoss",
    optimizer: { type: "Adam", lr: 1e-3 },
    batch: 64,
  },
  W6: { what: "LSTM 2-64, T = 100, last step, Linear 1; batch 32; MSE; Adam; clip 1", ...recurrent("LSTM") },
  W7: {
    what: "tanh RNN 2-64, T = 100, last step, Linear 1; batch 32; MSE; Adam; clip 1",
    ...recurrent("RNN"),
  },
  W8: {
    what: "pre-norm transformer block, width 64, 4 heads, causal, MLP 256 with GELU, T = 64; batch 16; MSE; Adam",
    input: [64, 64],
    layers: [
      {
        type: "Residual",
        layers: [{ type: "LayerNorm" }, { type: "MultiheadAttention", num_heads: 4, causal: true }],
      },
      { type: "Residual", layers: [{ type: "LayerNorm" }, linear(256), { type: "GELU" }, linear(64)] },
      linear(1),
    ],
    loss: "MSELoss",
    optimizer: { type: "Adam", lr: 1e-3 },
    batch: 16,
  },
} as const;

export type WorkloadName = keyof typeof workloads;

export const workloadNames = Object.keys(workloads) as WorkloadName[];

/**
 * A workload as a model file's text; absent `steps`: with more than a benchmark makes. Its data are one batch of random numbers in
 * a fixed order, so that every step of every peer is one on the same batch.
 */
export function modelFile(name: WorkloadName, steps = 1_000_000): string {
  const { batch, what: _, ...model } = workloads[name];
  const data = { type: "gaussian", samples: batch };
  const train = { steps, batch_size: batch, shuffle: false };
  return JSON.stringify({ version: 1, models: { [name]: { ...model, data, train } } });
}
