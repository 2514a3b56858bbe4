import { numpy as np } from "@jax-js/jax";

/** A record with f of each value, and its name. */
export const mapped = (record, f) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));

/** Gradients with a norm of at most `max_norm`, all together. */
export function clipped(gradients, { max_norm }) {
  const names = Object.keys(gradients);
  const squares = names.map((name) => np.square(gradients[name].ref).sum()).reduce((a, b) => a.add(b));
  const scale = np.minimum(np.array(1), np.array(max_norm).div(np.sqrt(squares).add(1e-6)));
  const scaled = Object.fromEntries(names.map((name) => [name, gradients[name].mul(scale.ref)]));
  scale.dispose();
  return scaled;
}

/** For each optimizer: what it keeps of each weight, and how it updates all of them. */
export const optimizers = {
  SGD: ({ lr, momentum }) => ({
    kept: momentum ? ["m"] : [],
    update(theta, state, gradients) {
      if (!momentum) return [mapped(theta, (p, name) => p.sub(gradients[name].mul(lr))), state];
      const m = mapped(state.m, (m, name) => m.mul(momentum).add(gradients[name]));
      return [mapped(theta, (p, name) => p.sub(m[name].ref.mul(lr))), { ...state, m }];
    },
  }),
  Adam: ({ lr, betas: [first, second], eps }) => ({
    kept: ["m", "v"],
    update(theta, state, gradients) {
      const t = state.t.add(1);
      const [c1, c2] = [first, second].map((beta) => np.array(1).sub(np.exp(t.ref.mul(Math.log(beta)))));
      const m = mapped(state.m, (m, name) => m.mul(first).add(gradients[name].ref.mul(1 - first)));
      const v = mapped(state.v, (v, name) => v.mul(second).add(np.square(gradients[name]).mul(1 - second)));
      const next = mapped(theta, (p, name) => {
        const deviation = np.sqrt(v[name].ref.div(c2.ref)).add(eps);
        return p.sub(m[name].ref.div(c1.ref).mul(lr).div(deviation));
      });
      c1.dispose();
      c2.dispose();
      return [next, { t, m, v }];
    },
  }),
};
