// The layers of the workloads in jax-js. An array is consumed where it is used; `.ref` is one more use.
import { lax, nn, numpy as np } from "@jax-js/jax";

function linear(x, weight, bias) {
  const { shape } = x;
  if (shape.length === 2) return np.matmul(x, weight).add(bias);
  return linear(x.reshape([-1, shape.at(-1)]), weight, bias).reshape([...shape.slice(0, -1), -1]);
}

const normalized = (x, axis, eps, { weight, bias }) => {
  const centred = x.ref.sub(x.mean(axis, { keepdims: true }));
  const variance = np.square(centred.ref).mean(axis, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(eps)))
    .mul(weight)
    .add(bias);
};

/** Nine shifted copies of the image, and one product with the kernel. */
function im2col(x, weight, [outputs, channels]) {
  const [batch, , height, width] = x.shape;
  const padded = np.pad(x, [
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
  const shifted = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => padded.ref.slice([], [], [i, i + height], [j, j + width])),
  );
  padded.dispose();
  const columns = np
    .stack(shifted, 0)
    .reshape([9, batch, channels, height * width])
    .transpose([2, 0, 1, 3])
    .reshape([9 * channels, batch * height * width]);
  const product = np.matmul(weight.reshape([outputs, 9 * channels]), columns);
  return product.reshape([outputs, batch, height, width]).transpose([1, 0, 2, 3]);
}

/** `steps`: the input of each, [batch, features]. */
function recurrent(steps, p, cell) {
  const { weight_ih_l0: wi, weight_hh_l0: wh } = p;
  const bias = p.bias_ih_l0.add(p.bias_hh_l0);
  let state;
  for (const x of steps) {
    const entering = np.matmul(x, wi.ref).add(bias.ref);
    state = cell(state ? entering.add(np.matmul(state.h, wh.ref)) : entering, state);
  }
  for (const used of [wi, wh, bias, state.c]) used?.dispose();
  return state.h;
}

function lstmCell(z, before) {
  const [i, f, g, o] = [0, 1, 2, 3].map((k) =>
    z.ref.slice([], [(k * z.shape[1]) / 4, ((k + 1) * z.shape[1]) / 4]),
  );
  z.dispose();
  const entering = nn.sigmoid(i).mul(np.tanh(g));
  const kept = before && nn.sigmoid(f.ref).mul(before.c);
  f.dispose();
  const c = kept ? kept.add(entering) : entering;
  return { h: nn.sigmoid(o).mul(np.tanh(c.ref)), c };
}

function attention(x, p, { num_heads, causal }) {
  const [n, time, width] = x.shape;
  const qkv = linear(x, p.in_proj_weight, p.in_proj_bias).reshape([n, time, 3, num_heads, width / num_heads]);
  const [q, k, v] = [0, 1, 2].map((i) => qkv.ref.slice([], [], i));
  qkv.dispose();
  const y = nn.dotProductAttention(q, k, v, { isCausal: causal });
  return linear(y.reshape([n, time, width]), p["out_proj.weight"], p["out_proj.bias"]);
}

/** What each layer type makes of x. `p`: its parameters, by the last part of their names. */
export const layers = (variant) => ({
  Linear: (x, p) => linear(x, p.weight, p.bias),
  Tanh: (x) => np.tanh(x),
  ReLU: (x) => nn.relu(x),
  GELU: (x) => nn.gelu(x, { approximate: false }),
  Flatten: (x) => x.reshape([x.shape[0], -1]),
  BatchNorm1d: (x, p, { eps }) => normalized(x, 0, eps, p),
  LayerNorm: (x, p, { eps }) => normalized(x, -1, eps, p),
  Conv2d: (x, { weight, bias }) => {
    const y =
      variant === "im2col"
        ? im2col(x, weight, weight.shape)
        : lax.convGeneralDilated(x, weight, [1, 1], "SAME");
    return y.add(bias.reshape([1, -1, 1, 1]));
  },
  MaxPool2d: (x) => {
    const [n, channels, height, width] = x.shape;
    return x.reshape([n, channels, height / 2, 2, width / 2, 2]).max([3, 5]);
  },
  RNN: (x, p) => recurrent(x, p, (z) => ({ h: np.tanh(z) })),
  LSTM: (x, p) => recurrent(x, p, lstmCell),
  MultiheadAttention: attention,
});
