import { tf } from "./tf.mjs";

/** Norm, mean, standard deviation and greatest absolute value of each gradient: by operations, or by loops over what they hold. */
export const statisticsOf = {
  none: () => {},
  ops: (gradients) =>
    tf
      .stack(
        gradients.map((gradient) => {
          const g = gradient.flatten();
          const { mean, variance } = tf.moments(g);
          return tf.stack([tf.norm(g), mean, tf.sqrt(variance), tf.max(tf.abs(g))]);
        }),
      )
      .dataSync(),
  loops: (gradients) => gradients.map((gradient) => figures(gradient.dataSync())),
};

function figures(g) {
  let [sum, squares, greatest] = [0, 0, 0];
  for (let i = 0; i < g.length; i++) {
    const x = g[i];
    sum += x;
    squares += x * x;
    const size = x < 0 ? -x : x;
    if (size > greatest) greatest = size;
  }
  const mean = sum / g.length;
  const variance = (squares - g.length * mean * mean) / Math.max(1, g.length - 1);
  return [Math.sqrt(squares), mean, Math.sqrt(Math.max(0, variance)), greatest];
}
