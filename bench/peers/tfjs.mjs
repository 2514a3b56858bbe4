// `node tfjs.mjs FOLDER`: the workload of the folder in TensorFlow.js, by its WebAssembly backend. One thread: its threads need a
// browser's workers. Variants: `stock`, and `tuned`, whose products and convolutions have gradients of their own, since
// the stock ones use kernels that are slow (matMul with transposes) or missing (the gradient of a convolution's filter).
import { oneHot, readProblem, transposed } from "./given.ts";
import { serve } from "./serve.ts";
import { layers, stock, tuned } from "./tfjs/layers.mjs";
import { statisticsOf } from "./tfjs/statistics.mjs";
import { start, tf } from "./tfjs/tf.mjs";
import { outputOf, weightsByLayer } from "./walk.ts";

const { spec, targets, input, target, parameters } = readProblem(process.argv[2]);

await start();

const losses = {
  class: (y, t) => tf.losses.softmaxCrossEntropy(t, y),
  binary: (y, t) => tf.losses.sigmoidCrossEntropy(t, y),
  number: (y, t) => tf.losses.meanSquaredError(t, y),
};

const optimizers = {
  SGD: ({ lr, momentum }) => (momentum ? tf.train.momentum(lr, momentum) : tf.train.sgd(lr)),
  Adam: ({ lr, betas: [first, second], eps }) => tf.train.adam(lr, first, second, eps),
};

/** The model's output for x, by these layers with these weights. */
const forward = (table, weights, x) =>
  outputOf(
    spec.layers,
    x,
    ({ type, path, params }, x) => table[type](x, weights[path], params),
    (x, f) => tf.add(f(x), x),
  );

/** Gradients with a norm of at most `max_norm`, all together. */
function clip(gradients, { max_norm }) {
  const norm = tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
  const scale = tf.minimum(tf.scalar(1), tf.div(tf.scalar(max_norm), tf.add(norm, 1e-6)));
  return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, scale)]));
}

/** A parameter as TensorFlow.js has it: matrices [in, out], filters [height, width, in, out]. */
function tensorOf(values) {
  if (values.shape.length === 4) return tf.transpose(tf.tensor(values.data, [...values.shape]), [2, 3, 1, 0]);
  const { data, shape } = values.shape.length === 2 ? transposed(values) : values;
  return tf.tensor(data, [...shape]);
}

await serve(({ variant, statistics }) => {
  const initial = Object.fromEntries([...parameters].map(([name, values]) => [name, tensorOf(values)]));
  const theta = Object.fromEntries(
    Object.entries(initial).map(([name, value]) => [name, tf.variable(value)]),
  );
  const variables = Object.values(theta);
  const given = tf.tensor(input.data, [...input.shape]);
  const x = input.shape.length === 4 ? tf.transpose(given, [0, 2, 3, 1]) : given;
  const { data, shape } = targets === "class" ? oneHot(target.data, spec.output.at(-1)) : target;
  const y = tf.tensor(data, [...shape]);
  const weights = weightsByLayer(spec.layers, theta);
  const table = layers({ stock, tuned }[variant]);
  let optimizer;

  const train = () => {
    const { value, grads } = tf.variableGrads(
      () => losses[targets](forward(table, weights, x), y),
      variables,
    );
    const gradients = Object.fromEntries(variables.map(({ name }) => [name, grads[name]]));
    statisticsOf[statistics](Object.values(gradients));
    optimizer.applyGradients(spec.clip_grad_norm ? clip(gradients, spec.clip_grad_norm) : gradients);
    return value.dataSync()[0];
  };
  return {
    reset() {
      for (const [name, value] of Object.entries(initial)) theta[name].assign(value);
      optimizer?.dispose();
      optimizer = optimizers[spec.optimizer.type](spec.optimizer.params);
    },
    step: () => tf.tidy(train),
  };
});
