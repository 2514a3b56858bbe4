import { t } from "../../l10n/translate.ts";
import { targetShape as targetOf } from "../losses/loss.ts";
import { show, sizeOf, type Shape } from "../tensor.ts";
import type { Dataset, DataRequirements } from "./data.ts";
import { DataError, type Place } from "./error.ts";

/** Numbers that a data set may hold in its inputs, and in its targets: 1 GiB of them. */
export const MAX_VALUES = 2 ** 28;

/** Throws where so many samples are more than fit; comes before the allocation. */
export function checkSize(samples: number, shape: Shape, place?: Place): void {
  const values = samples * sizeOf(shape);
  if (values > MAX_VALUES) {
    throw new DataError(
      t`${samples} samples of shape ${show(shape)} are ${values} numbers; at most ${MAX_VALUES} fit`,
      place,
    );
  }
}

export function allocate(samples: number, shape: Shape, place?: Place): Float32Array {
  checkSize(samples, shape, place);
  return new Float32Array(samples * sizeOf(shape));
}

/** The same numbers in the same order, and the same axes but for leading ones of size 1: `[28, 28]` is `[1, 28, 28]`. */
export const sameShape = (a: Shape, b: Shape): boolean => show(significant(a)) === show(significant(b));

function significant(shape: Shape): Shape {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** Throws where the data's samples are not what the model takes. */
export function checkInput(found: Shape, { input }: DataRequirements, place?: Place): void {
  if (!sameShape(found, input)) {
    throw new DataError(
      t`the samples have the shape ${show(found)}, but the model's "input" is ${show(input)}`,
      place,
    );
  }
}

/** Throws where the data's targets are not what the loss compares the output with. */
export function checkTarget(found: Shape, required: DataRequirements, place?: Place): void {
  const expected = targetShape(required);
  if (!sameShape(found, expected)) {
    throw new DataError(
      t`the targets have the shape ${show(found)}, but the loss of the output ${show(required.output)} takes ${show(expected)} for each sample`,
      place,
    );
  }
}

/** Shape of one sample's target. */
export const targetShape = ({ output, targets }: DataRequirements): Shape => targetOf(targets, output);

/** Number of classes among which the model chooses. */
export const width = ({ output }: DataRequirements): number => output.at(-1) ?? 1;

/** Throws where inputs are not token ids below `ids`. */
export function checkTokens({ inputs, samples }: Dataset, ids: number): void {
  const perSample = inputs.length / samples;
  let wrong = 0;
  while (wrong < inputs.length && isToken(inputs[wrong], ids)) wrong++;
  if (wrong === inputs.length) return;
  throw new DataError(
    t`sample ${Math.floor(wrong / perSample)} has the input ${inputs[wrong]} at position ${wrong % perSample}, but Embedding takes ids of tokens: integers from 0 to ${ids - 1}`,
  );
}

const isToken = (id: number, ids: number): boolean => Number.isInteger(id) && id >= 0 && id < ids;

/** Throws where the loss does not take a number, or the model's output is not one. */
export function checkOneNumber(what: string, { output, targets }: DataRequirements): void {
  if (targets !== "number") {
    throw new DataError(t`${what} is a regression, its targets are numbers: expected a loss such as MSELoss`);
  }
  if (sizeOf(output) !== 1) {
    throw new DataError(
      t`${what} has one target for each sample, but the model's output is ${show(output)}: expected [1]`,
    );
  }
}
