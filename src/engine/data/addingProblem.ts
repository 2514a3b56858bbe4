import { t } from "../../l10n/translate.ts";
import { generated } from "./data.ts";
import { rand, randint } from "./draws.ts";
import { DataError } from "./error.ts";
import { allocate, checkOneNumber, checkSize } from "./fit.ts";
import { common } from "./labelled.ts";
import { checkSequence, length } from "./sequence.ts";

/**
 * Hochreiter & Schmidhuber, Long Short-Term Memory, 1997, experiment 4, in the form of Arjovsky, Shah & Bengio, Unitary
 * Evolution Recurrent Neural Networks, 2016, section 4.2: the second of the two markers lies in the second half.
 */
export const adding_problem = generated({
  doc: "Sequences of [value, marker]: values uniform in 0 … 1, a marker of 1 once in the first half and once in the second, else 0. The target is the sum of the two marked values. Always answering 1 gives an MSE of 1/6.",
  params: { ...common, length: length("Number of time steps.", 2) },

  check(params, required) {
    checkSequence(params.length, 2, false, required);
    if (required.input[0] < 2) {
      throw new DataError(t`the adding problem needs at least 2 time steps, one for each marker`);
    }
    checkOneNumber("adding_problem", required);
    checkSize(params.samples, required.input);
  },

  generate(generator, { samples }, { input, output }) {
    const steps = input[0];
    const inputs = allocate(samples, input);
    const targets = allocate(samples, output);
    const values = rand(generator, samples * steps);
    const first = randint(generator, 0, Math.floor(steps / 2), samples);
    const second = randint(generator, Math.floor(steps / 2), steps, samples);

    for (let i = 0; i < values.length; i++) inputs[2 * i] = values[i];
    for (let i = 0; i < samples; i++) {
      const [a, b] = [i * steps + first[i], i * steps + second[i]];
      inputs[2 * a + 1] = 1;
      inputs[2 * b + 1] = 1;
      targets[i] = values[a] + values[b];
    }
    return { samples, input, inputs, target: output, targets };
  },
});
