// `node jaxjs.mjs FOLDER`: the workload of the folder in jax-js, by its WebAssembly backend, one thread. The whole step, with
// statistics and optimizer, is one jitted function. Variants: `jit`, and `im2col`, with convolutions as products of matrices.
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { oneHot, readProblem, transposed } from "./given.ts";
import { layers } from "./jaxjs/layers.mjs";
import { clipped, mapped, optimizers } from "./jaxjs/optimizers.mjs";
import { serve } from "./serve.ts";
import { outputOf, weightsByLayer } from "./walk.ts";

const { spec, targets, input, target, parameters } = readProblem(process.argv[2]);
const batch = spec.train.batch_size;

await init("wasm");
defaultDevice("wasm");

const array = ({ shape, data }) => np.array(data).reshape([...shape]);

/** A batch of sequences as a list of their steps. */
function stepsOf({ shape: [n, time, features], data }) {
  return Array.from({ length: time }, (_, t) => {
    const step = Array.from({ length: n }, (_, i) =>
      data.subarray((i * time + t) * features, (i * time + t + 1) * features),
    );
    return array({ shape: [n, features], data: Float32Array.from(step.flatMap((row) => [...row])) });
  });
}

const losses = {
  class: (y, t) =>
    nn
      .logSoftmax(y)
      .mul(t)
      .sum()
      .mul(-1 / batch),
  binary: (y, t) => nn.softplus(y.ref).sub(y.mul(t)).mean(),
  number: (y, t) => np.square(y.sub(t)).mean(),
};

/** The model's output for x, by these layers with these weights. */
const forward = (table, weights, x) =>
  outputOf(
    spec.layers,
    x,
    ({ type, path, params }, x) => table[type](x, weights[path], params),
    (x, f) => f(x.ref).add(x),
  );

/** Norm, mean, standard deviation and greatest absolute value. */
function figures(gradient) {
  const g = gradient.reshape([-1]);
  const mean = g.ref.mean();
  const centred = g.ref.sub(mean.ref);
  const norm = np.sqrt(np.square(g.ref).sum());
  return np.stack([norm, mean, np.sqrt(np.square(centred).mean()), np.abs(g).max()]);
}

await serve(({ variant, statistics }) => {
  // Linear layers multiply by [in, out] here.
  const initial = mapped(Object.fromEntries(parameters), (values) =>
    array(values.shape.length === 2 ? transposed(values) : values),
  );
  const x = spec.layers[0].params?.hidden_size ? stepsOf(input) : array(input);
  const y = array(targets === "class" ? oneHot(target.data, spec.output.at(-1)) : target);
  const table = layers(variant);
  const { kept, update } = optimizers[spec.optimizer.type](spec.optimizer.params);
  const gradientsOf = valueAndGrad((theta, x, y) =>
    losses[targets](forward(table, weightsByLayer(spec.layers, theta), x), y),
  );

  const train = jit((theta, state, x, y) => {
    const [loss, all] = gradientsOf(tree.ref(theta), x, y);
    const rows = statistics === "none" ? [] : [np.stack(Object.values(all).map((g) => figures(g.ref)))];
    const gradients = spec.clip_grad_norm ? clipped(all, spec.clip_grad_norm) : all;
    const [nextTheta, nextState] = update(theta, state, gradients);
    return [nextTheta, nextState, loss, ...rows];
  });

  const start = () => ({
    theta: tree.ref(initial),
    state: {
      t: np.array(0),
      ...Object.fromEntries(kept.map((block) => [block, mapped(initial, (p) => np.zerosLike(p.ref))])),
    },
  });
  let now;
  return {
    reset() {
      if (now) tree.dispose(now);
      now = start();
    },
    step() {
      const [theta, state, loss, rows] = train(now.theta, now.state, tree.ref(x), y.ref);
      now = { theta, state };
      rows?.dataSync();
      return loss.dataSync()[0];
    },
  };
});
