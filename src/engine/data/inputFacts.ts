import type { Dataset, InputFacts } from "./data.ts";

/** Elements that are gone through at a time. */
const SLICE = 2 ** 20;

/** Looks at every input once. Yields now and then, for whoever has to look at something else meanwhile. */
export function* measureInputs({ inputs }: Pick<Dataset, "inputs">): Generator<void, InputFacts> {
  const sums = { squares: 0, max: 0, nonfinite: 0 };
  for (let from = 0; from < inputs.length; from += SLICE) {
    addUp(inputs.subarray(from, from + SLICE), sums);
    yield;
  }
  const { squares, max, nonfinite } = sums;
  return { rms: Math.sqrt(squares / Math.max(1, inputs.length - nonfinite)), max, nonfinite };
}

/** A loop of its own: a generator's are slow. */
function addUp(x: Float32Array, sums: { squares: number; max: number; nonfinite: number }): void {
  let [squares, max, nonfinite] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(x[i]);
    if (size < Infinity) {
      squares += size * size;
      if (size > max) max = size;
    } else nonfinite++;
  }
  sums.squares += squares;
  sums.max = Math.max(sums.max, max);
  sums.nonfinite += nonfinite;
}

/** The same at once. */
export function inputFactsOf(dataset: Pick<Dataset, "inputs">): InputFacts {
  const measuring = measureInputs(dataset);
  for (;;) {
    const { done, value } = measuring.next();
    if (done) return value;
  }
}
