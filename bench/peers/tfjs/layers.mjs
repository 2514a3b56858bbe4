// The layers of the workloads in TensorFlow.js.
import { tf } from "./tf.mjs";

const rows = (x) => x.reshape([-1, x.shape.at(-1)]);
const turned = (x) =>
  tf.transpose(
    x,
    [...x.shape.keys()].map((i, _, { length }) => (i < length - 2 ? i : 2 * length - 3 - i)),
  );

export const tuned = {
  matMul: tf.customGrad((a, b, save) => {
    save([a, b]);
    const gradFunc = (dy, [a, b]) => [tf.matMul(dy, turned(b)), tf.matMul(turned(a), dy)];
    return { value: tf.matMul(a, b), gradFunc };
  }),
  linear: tf.customGrad((a, b, bias, save) => {
    save([a, b]);
    const gradFunc = (dy, [a, b]) => [tf.matMul(dy, turned(b)), tf.matMul(turned(a), dy), tf.sum(dy, 0)];
    return { value: tf.fused.matMul({ a, b, bias }), gradFunc };
  }),
  conv2d: tf.customGrad((x, filter, save) => {
    save([x, filter]);
    const gradFunc = (dy, [x, filter]) => [
      tf.conv2dTranspose(dy, filter, x.shape, 1, "same"),
      filterGradient(x, dy),
    ];
    return { value: tf.conv2d(x, filter, 1, "same"), gradFunc };
  }),
};

export const stock = {
  matMul: tf.matMul,
  linear: (a, b, bias) => tf.fused.matMul({ a, b, bias }),
  conv2d: (x, filter) => tf.conv2d(x, filter, 1, "same"),
};

/** One product for each of the nine places of a 3 × 3 filter. */
function filterGradient(x, dy) {
  const [n, height, width, channels] = x.shape;
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const products = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) =>
      tf.matMul(turned(rows(padded.slice([0, i, j, 0], [n, height, width, channels]))), rows(dy)),
    ),
  );
  return tf.stack(products).reshape([3, 3, channels, dy.shape[3]]);
}

function recurrent({ linear, matMul }, x, p, cell) {
  const [n, time, inputs] = x.shape;
  const bias = tf.add(p.bias_ih_l0, p.bias_hh_l0);
  const entering = linear(tf.transpose(x, [1, 0, 2]).reshape([time * n, inputs]), p.weight_ih_l0, bias);
  let state;
  for (const z of tf.unstack(entering.reshape([time, n, -1]))) {
    state = cell(state ? tf.add(z, matMul(state.h, p.weight_hh_l0)) : z, state);
  }
  return state.h;
}

function lstmCell(z, before) {
  const [i, f, g, o] = tf.split(z, 4, 1);
  const entering = tf.mul(tf.sigmoid(i), tf.tanh(g));
  const c = before ? tf.add(tf.mul(tf.sigmoid(f), before.c), entering) : entering;
  return { h: tf.mul(tf.sigmoid(o), tf.tanh(c)), c };
}

function attention({ linear, matMul }, x, p, { num_heads, causal }) {
  const [n, time, width] = x.shape;
  const qkv = linear(rows(x), p.in_proj_weight, p.in_proj_bias).reshape([
    n,
    time,
    3,
    num_heads,
    width / num_heads,
  ]);
  const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
  const scores = tf.mul(matMul(q, turned(k)), 1 / Math.sqrt(width / num_heads));
  const y = matMul(tf.softmax(causal ? tf.add(scores, hidden(time)) : scores), v);
  const joined = tf.transpose(y, [0, 2, 1, 3]).reshape([n * time, width]);
  return linear(joined, p["out_proj.weight"], p["out_proj.bias"]).reshape([n, time, width]);
}

/** −10⁹ where a step would look at a later one. */
const hidden = (time) => tf.mul(tf.sub(tf.linalg.bandPart(tf.ones([time, time]), -1, 0), 1), 1e9);

function normalized(x, axis, { weight, bias }, eps) {
  const { mean, variance } = tf.moments(x, axis, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps))), weight), bias);
}

/** What each layer type makes of x, whose images are [batch, height, width, channels]. */
export const layers = (ops) => ({
  Linear: (x, p) =>
    x.shape.length === 2
      ? ops.linear(x, p.weight, p.bias)
      : ops.linear(rows(x), p.weight, p.bias).reshape([...x.shape.slice(0, -1), -1]),
  Tanh: (x) => tf.tanh(x),
  ReLU: (x) => tf.relu(x),
  GELU: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  Flatten: (x) => tf.transpose(x, [0, 3, 1, 2]).reshape([x.shape[0], -1]),
  BatchNorm1d: (x, p, { eps }) => {
    const { mean, variance } = tf.moments(x, 0);
    return tf.batchNorm(x, mean, variance, p.bias, p.weight, eps);
  },
  LayerNorm: (x, p, { eps }) => normalized(x, -1, p, eps),
  Conv2d: (x, p) => tf.add(ops.conv2d(x, p.weight), p.bias),
  MaxPool2d: (x) => tf.maxPool(x, 2, 2, "valid"),
  RNN: (x, p) => recurrent(ops, x, p, (z) => ({ h: tf.tanh(z) })),
  LSTM: (x, p) => recurrent(ops, x, p, lstmCell),
  MultiheadAttention: (x, p, params) => attention(ops, x, p, params),
});
