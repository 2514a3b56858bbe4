import { t } from "../../l10n/translate.ts";
import { show } from "../tensor.ts";
import { generated, type Dataset, type DataRequirements } from "./data.ts";
import { randint } from "./draws.ts";
import { DataError } from "./error.ts";
import { allocate, checkSize, targetShape } from "./fit.ts";
import { common } from "./labelled.ts";
import { checkSequence, length } from "./sequence.ts";

/** Symbols to remember at the start of a sequence, and to repeat at its end. */
const REMEMBERED = 10;
/** 0 … 7 are to be remembered. */
const BLANK = 8;
const GO = 9;
const SYMBOLS = 10;

/** Arjovsky, Shah & Bengio, Unitary Evolution Recurrent Neural Networks, 2016, section 4.1. */
export const copy_memory = generated({
  doc: "Sequences of length + 20 symbols: 10 drawn from 0 … 7, blanks (8), a sign (9), 10 more blanks; the target at each step is a blank, after the sign the first 10 symbols. The input is one-hot `[length + 20, 10]`, or ids `[length + 20]` for an Embedding. Remembering nothing gives a cross entropy of 10 · ln 8 / (length + 20).",
  params: { ...common, length: length("Steps between the symbols and the sign.", 1) },

  check(params, required) {
    checkSequence(
      params.length === undefined ? undefined : params.length + 2 * REMEMBERED,
      SYMBOLS,
      true,
      required,
    );
    checkLength(required);
    checkSize(params.samples, [required.input[0], SYMBOLS]);
  },

  generate(generator, { samples }, required): Dataset {
    const steps = required.input[0];
    const target = targetShape(required);
    const inputs = allocate(samples, required.input);
    const targets = allocate(samples, target);
    const [write, answer] = [
      writer(inputs, required.input.length === 2),
      writer(targets, required.targets !== "class"),
    ];
    const symbols = randint(generator, 0, BLANK, samples * REMEMBERED);

    for (let i = 0; i < samples; i++) {
      for (let t = 0; t < steps; t++) {
        write(
          i * steps + t,
          t < REMEMBERED ? symbols[i * REMEMBERED + t] : t === steps - REMEMBERED - 1 ? GO : BLANK,
        );
        const back = t - (steps - REMEMBERED);
        answer(i * steps + t, back >= 0 ? symbols[i * REMEMBERED + back] : BLANK);
      }
    }
    return { samples, input: required.input, inputs, target, targets };
  },
});

function checkLength({ input, output, targets }: DataRequirements): void {
  if (input[0] <= 2 * REMEMBERED) {
    throw new DataError(
      t`copy_memory needs more than ${2 * REMEMBERED} time steps, but the model's "input" is ${show(input)}`,
    );
  }
  const enough = targets === "class" ? output[1] >= SYMBOLS : output[1] === SYMBOLS;
  if (output.length !== 2 || output[0] !== input[0] || !enough) {
    throw new DataError(
      t`copy_memory has a target at every time step, but the model's output is ${show(output)}: expected [${input[0]}, ${SYMBOLS}]`,
    );
  }
}

/** Writes the id of a symbol to a place, as itself or one-hot. */
function writer(out: Float32Array, oneHot: boolean): (place: number, symbol: number) => void {
  if (!oneHot) return (place, symbol) => void (out[place] = symbol);
  return (place, symbol) => void (out[place * SYMBOLS + symbol] = 1);
}
