import { show, sizeOf, type Shape } from "../tensor.ts";
import type { Dataset, TargetKind, Wants } from "./data.ts";
import { DataError } from "./error.ts";
import { allocate, checkInput, checkTarget, targetShape, width } from "./fit.ts";
import { classId, probability } from "./ids.ts";
import { indexAt, type NdArray } from "./formats/ndarray.ts";
import { nonFinite } from "./formats/numeral.ts";
import { textTargets } from "./textTargets.ts";

/** The samples in two arrays whose first axis counts them. */
export function fromArrays(inputs: NdArray, targets: NdArray, wants: Wants): Dataset {
  const samples = samplesOf(inputs);
  const found = samplesOf(targets);
  if (samples !== found) {
    throw new DataError(`${found} targets, but ${inputs.name} has ${samples} samples`, {
      file: targets.name,
    });
  }
  if (inputs.text) throw new DataError("the inputs are texts: expected numbers", { file: inputs.name });
  checkInput(sampleShape(inputs), wants, { file: inputs.name });
  checkTarget(sampleShape(targets), wants, { file: targets.name });
  return {
    samples,
    input: wants.input,
    inputs: values(inputs, samples, wants.input, () => undefined),
    ...(targets.text ? texts(targets, targets.text, wants) : numbers(targets, samples, wants)),
  };
}

const sampleShape = ({ shape }: NdArray): Shape => shape.slice(1);

function samplesOf({ shape, name }: NdArray): number {
  if (shape.length === 0) throw new DataError("a single value: expected an array of samples", { file: name });
  if (sizeOf(shape) === 0) {
    throw new DataError(`the array is empty: its shape is ${show(shape)}`, { file: name });
  }
  return shape[0];
}

type Wrong = (value: number) => string | undefined;

/** What keeps a number from being a target, if anything. */
const wrongTarget = (wants: Wants): Wrong =>
  (
    ({ class: classId(width(wants)), binary: probability, number: () => undefined }) satisfies Record<
      TargetKind,
      Wrong
    >
  )[wants.targets];

const numbers = (targets: NdArray, samples: number, wants: Wants): Pick<Dataset, "target" | "targets"> => {
  const target = targetShape(wants);
  return { target, targets: values(targets, samples, target, wrongTarget(wants)) };
};

function texts(
  { name, shape }: NdArray,
  text: (i: number) => string,
  wants: Wants,
): Pick<Dataset, "target" | "targets" | "classes"> {
  const size = sizeOf(shape.slice(1));
  const place = (i: number) => ({ file: name, index: indexAt(i, shape) });
  const columns = Array.from({ length: size }, (_, column) => ({
    samples: shape[0],
    text: (row: number) => text(row * size + column),
    place: (row: number) => place(row * size + column),
  }));
  return textTargets(columns, wants);
}

/** The elements in single precision; throws at the first that cannot be trained on. */
function values({ name, shape, at }: NdArray, samples: number, sample: Shape, wrong: Wrong): Float32Array {
  const out = allocate(samples, sample);
  for (let i = 0; i < out.length; i++) {
    const value = at(i);
    const found = nonFinite(value) ?? wrong(value);
    if (found !== undefined) throw new DataError(found, { file: name, index: indexAt(i, shape) });
    out[i] = value;
  }
  return out;
}
