import type { Shape } from "../tensor.ts";
import { fans, refusesWithoutFans } from "./fans.ts";
import { gainOf, type Nonlinearity, spreadGainParam } from "./gain.ts";
import { init } from "./init.ts";
import { refusesWidth } from "./plain.ts";

// std = gain·√(2 / (fan_in + fan_out))
function xavierStd(shape: Shape, gain: number | Nonlinearity): number {
  const { fan_in, fan_out } = fans(shape);
  return gainOf(gain) * Math.sqrt(2 / (fan_in + fan_out));
}

const boundOf = (shape: Shape, gain: number | Nonlinearity): number => Math.sqrt(3) * xavierStd(shape, gain);

export const xavier_uniform = init({
  doc:
    "Keeps the variance of activations and gradients between layers: " +
    "`U(−a, a)`, `a = gain·√(6 / (fan_in + fan_out))`. " +
    "Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*.",
  params: { gain: spreadGainParam },
  refuses: (shape, { gain }) =>
    refusesWithoutFans(shape) ?? refusesWidth("xavier_uniform", 2 * boundOf(shape, gain)),
  fill(generator, out, shape, { gain }) {
    const bound = boundOf(shape, gain);
    generator.uniform(out, -bound, bound);
  },
});

export const xavier_normal = init({
  doc:
    "Keeps the variance of activations and gradients between layers: " +
    "`N(0, std²)`, `std = gain·√(2 / (fan_in + fan_out))`. " +
    "Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*.",
  params: { gain: spreadGainParam },
  refuses: refusesWithoutFans,
  fill: (generator, out, shape, { gain }) => generator.normal(out, 0, xavierStd(shape, gain)),
});
