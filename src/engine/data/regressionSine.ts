import { number } from "../params.ts";
import { generated } from "./data.ts";
import { jitter, noise } from "./draws.ts";
import { allocate, checkInput, checkOneNumber, checkSize } from "./fit.ts";
import { common } from "./labelled.ts";

export const regression_sine = generated({
  doc: "y = sin(frequency · x) with x uniform in −π … π, and noise on y.",
  params: {
    ...common,
    frequency: number("Periods of the sine between −π and π.", { above: 0 }, 1),
    noise: noise(0.1),
  },

  check({ samples }, required) {
    checkInput([1], required);
    checkOneNumber("regression_sine", required);
    checkSize(samples, required.input);
  },

  generate(generator, { samples, frequency, noise }, { input, output }) {
    const inputs = allocate(samples, input);
    const targets = allocate(samples, output);
    generator.uniform(inputs, -Math.PI, Math.PI);
    for (let i = 0; i < samples; i++) targets[i] = Math.sin(frequency * inputs[i]);
    jitter(generator, targets, noise);
    return { samples, input, inputs, target: output, targets };
  },
});
