import { t } from "../../l10n/translate.ts";
import { show, sizeOf, type Shape } from "../tensor.ts";
import type { Dataset, DataRequirements } from "./data.ts";
import { DataError } from "./error.ts";
import { allocate, checkInput, checkTarget, targetShape } from "./fit.ts";
import { Elements } from "./formats/elements.ts";
import {
  type ArrayFile,
  type ArrayFormat,
  indexAt,
  type NumberType,
  placesOf,
  readHeader,
  type TextType,
} from "./formats/ndarray.ts";
import { nonFinite, numerals } from "./formats/numeral.ts";
import type { DataFile, Reading } from "./reading.ts";
import { ColumnKind, TextTargets, wrongTarget } from "./textTargets.ts";

/** The samples in two arrays whose first axis counts them. */
export function* readArrays(
  format: ArrayFormat,
  inputFile: DataFile,
  targetFile: DataFile,
  required: DataRequirements,
): Reading<Dataset> {
  const inputs = yield* readHeader(format, inputFile);
  const targets = yield* readHeader(format, targetFile);
  const samples = samplesOf(inputs);
  const found = samplesOf(targets);
  if (samples !== found) {
    throw new DataError(t`${found} targets, but ${inputs.name} has ${samples} samples`, {
      file: targets.name,
    });
  }
  if (inputs.type.text) throw new DataError(t`the inputs are texts: expected numbers`, { file: inputs.name });
  checkInput(sampleShape(inputs), required, { file: inputs.name });
  checkTarget(sampleShape(targets), required, { file: targets.name });
  return {
    samples,
    input: required.input,
    inputs: yield* readValues(inputs, inputs.type, required.input),
    ...(yield* readTargets(targets, required)),
  };
}

const sampleShape = ({ shape }: ArrayFile): Shape => shape.slice(1);

function samplesOf({ shape, name }: ArrayFile): number {
  if (shape.length === 0)
    throw new DataError(t`a single value: expected an array of samples`, { file: name });
  if (sizeOf(shape) === 0) {
    throw new DataError(t`the array is empty: its shape is ${show(shape)}`, { file: name });
  }
  return shape[0];
}

type Targets = Pick<Dataset, "target" | "targets" | "classes">;

function* readTargets(array: ArrayFile, required: DataRequirements): Reading<Targets> {
  const { type } = array;
  if (type.text) return yield* readTexts(array, type, required);
  const target = targetShape(required);
  const wrong = (value: number) => wrongTarget(required, value);
  return { target, targets: yield* readValues(array, type, target, wrong) };
}

/** In two passes: what a text means hangs on what the others are. */
function* readTexts(array: ArrayFile, type: TextType, required: DataRequirements): Reading<Targets> {
  const { file, name, shape } = array;
  const columns = sizeOf(sampleShape(array));
  const plain = numerals({ decimal: "." });
  const each = (take: (text: string, i: number) => void): Elements => {
    const place = placesOf(array);
    return new Elements(array, (view, count) => {
      const read = type.text(view);
      for (let k = 0; k < count; k++) take(read(k * type.size), place());
    });
  };

  const kinds = Array.from({ length: columns }, () => new ColumnKind());
  yield { file, sink: each((text, i) => kinds[i % columns].see(text, plain)), turn: { index: 0, of: 2 } };
  const targets = new TextTargets(shape[0], kinds, required, plain);
  const placeOf = (i: number) => ({ file: name, index: indexAt(i, shape) });
  const set = (text: string, i: number): void => {
    const found = targets.setText(Math.floor(i / columns), i % columns, text);
    if (found !== undefined) throw new DataError(found, placeOf(i));
  };
  yield { file, sink: each(set), turn: { index: 1, of: 2 } };
  return targets.end(placeOf);
}

/** The elements in single precision; throws at the first in the file that cannot be trained on. */
function* readValues(
  array: ArrayFile,
  type: NumberType,
  sample: Shape,
  wrong?: (value: number) => string | undefined,
): Reading<Float32Array> {
  const { file, name, shape } = array;
  const out = allocate(shape[0], sample, { file: name });
  const place = placesOf(array);
  const take = (view: DataView, count: number): void => {
    const read = type.number(view);
    for (let k = 0; k < count; k++) {
      const value = read(k * type.size);
      const i = place();
      out[i] = value;
      // The difference is NaN for what is not finite in single precision.
      const isFinite = out[i] - out[i] === 0;
      const found = isFinite ? wrong?.(value) : nonFinite(value);
      if (found !== undefined)
        throw new DataError(found, { file: name, index: indexAt(i, shape) }, !isFinite);
    }
  };
  yield { file, sink: new Elements(array, take), turn: { index: 0, of: 1 } };
  return out;
}
