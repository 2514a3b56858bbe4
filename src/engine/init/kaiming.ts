import { choice, number, type Values } from "../params.ts";
import type { Shape } from "../tensor.ts";
import { fans, refusesWithoutFans } from "./fans.ts";
import { calculateGain, NONLINEARITIES } from "./gain.ts";
import { init } from "./init.ts";

const params = {
  a: number("Negative slope of the `leaky_relu` that follows.", {}, 0),
  mode: choice(
    "`fan_in` keeps the variance of activations, `fan_out` that of gradients.",
    ["fan_in", "fan_out"],
    "fan_in",
  ),
  nonlinearity: choice("What follows the layer: decides the gain.", NONLINEARITIES, "leaky_relu"),
};

// std = calculate_gain(nonlinearity, a) / √fan
const kaimingStd = (shape: Shape, { a, mode, nonlinearity }: Values<typeof params>): number =>
  calculateGain(nonlinearity, a) / Math.sqrt(fans(shape)[mode]);

export const kaiming_uniform = init({
  doc:
    "Keeps the variance through rectifiers: " +
    "`U(−b, b)`, `b = gain·√(3 / fan)`. " +
    "He, Zhang, Ren & Sun 2015, *Delving deep into rectifiers: Surpassing human-level performance on ImageNet classification*.",
  params,
  refuses: refusesWithoutFans,
  fill(generator, out, shape, params) {
    const bound = Math.sqrt(3) * kaimingStd(shape, params);
    generator.uniform(out, -bound, bound);
  },
});

export const kaiming_normal = init({
  doc:
    "Keeps the variance through rectifiers: " +
    "`N(0, std²)`, `std = gain / √fan`. " +
    "He, Zhang, Ren & Sun 2015, *Delving deep into rectifiers: Surpassing human-level performance on ImageNet classification*.",
  params,
  refuses: refusesWithoutFans,
  fill: (generator, out, shape, params) => generator.normal(out, 0, kaimingStd(shape, params)),
});
