import type { Shape } from "../tensor.ts";
import { fans, refusesWithoutFans } from "./fans.ts";
import { gainOf, gainParam, type Nonlinearity } from "./gain.ts";
import { init } from "./init.ts";

// std = gain·√(2 / (fan_in + fan_out))
function xavierStd(shape: Shape, gain: number | Nonlinearity): number {
  const { fan_in, fan_out } = fans(shape);
  return gainOf(gain) * Math.sqrt(2 / (fan_in + fan_out));
}

export const xavier_uniform = init({
  doc:
    "Keeps the variance of activations and gradients between layers: " +
    "`U(−a, a)`, `a = gain·√(6 / (fan_in + fan_out))`. " +
    "Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*.",
  params: { gain: gainParam },
  refuses: refusesWithoutFans,
  fill(generator, out, shape, { gain }) {
    const bound = Math.sqrt(3) * xavierStd(shape, gain);
    generator.uniform(out, -bound, bound);
  },
});

export const xavier_normal = init({
  doc:
    "Keeps the variance of activations and gradients between layers: " +
    "`N(0, std²)`, `std = gain·√(2 / (fan_in + fan_out))`. " +
    "Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*.",
  params: { gain: gainParam },
  refuses: refusesWithoutFans,
  fill: (generator, out, shape, { gain }) => generator.normal(out, 0, xavierStd(shape, gain)),
});
