import { t } from "../../l10n/translate.ts";
import { integer, type Param } from "../params.ts";
import { type Shape, ShapeError, show, sizeOf } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer } from "./layer.ts";

/**
 * The place in a sample's shape of a dimension as PyTorch counts it: the batch is 0, negative ones are counted from
 * the end. Throws where there is none, or where it is the batch.
 */
function placeOf(name: string, param: string, dim: number, input: Shape): number {
  const place = (dim < 0 ? dim + input.length + 1 : dim) - 1;
  if (place >= 0 && place < input.length) return place;
  const why = place === -1 ? t`is the batch` : t`is none of its dimensions`;
  throw new ShapeError(t`${name} gets ${show(input)} behind the batch: ${param} ${dim} ${why}`);
}

/** `input` with the dimensions from `start` to `end`, both included, as one. */
function flattened({ start_dim, end_dim }: { start_dim: number; end_dim: number }, input: Shape): Shape {
  const start = placeOf("Flatten", "start_dim", start_dim, input);
  const end = placeOf("Flatten", "end_dim", end_dim, input);
  if (start > end) throw new ShapeError(t`start_dim ${start_dim} comes after end_dim ${end_dim}`);
  return [...input.slice(0, start), sizeOf(input.slice(start, end + 1)), ...input.slice(end + 1)];
}

export const Flatten = layer({
  doc: "Makes one dimension of several, by default of all behind the batch.",
  group: "pooling and shape",
  params: {
    start_dim: integer("The first dimension; 0 is the batch, −1 the last.", {}, 1),
    end_dim: integer("The last dimension.", {}, -1),
  },
  shape: flattened,
  forward: (graph, params, _, x) => graph.view(x, [x.shape[0], ...flattened(params, x.shape.slice(1))]),
  torch: (params) => torchCall("nn.Flatten", [], params),
});

/** Sizes of at least 1, one of which may be −1: what is left. */
const unflattenedSize: Param<readonly number[]> = {
  doc: "The sizes that the dimension is split into; one may be −1: what is left.",
  schema: { type: "array", items: { type: "integer", anyOf: [{ minimum: 1 }, { const: -1 }] }, minItems: 1 },
  required: true,
  read(json) {
    const sizes: readonly unknown[] = Array.isArray(json) ? json : [];
    const fits = sizes.every((n) => Number.isSafeInteger(n) && ((n as number) >= 1 || n === -1));
    return fits && sizes.length > 0 && sizes.filter((n) => n === -1).length <= 1
      ? { value: sizes as readonly number[] }
      : { expected: t`a list of integers of at least 1, of which one may be −1` };
  },
};

interface Split {
  readonly dim: number;
  readonly unflattened_size: readonly number[];
}

/** `input` with one dimension as several. */
function unflattened({ dim, unflattened_size: sizes }: Split, input: Shape): Shape {
  const place = placeOf("Unflatten", "dim", dim, input);
  const known = sizeOf(sizes.filter((n) => n > 0));
  const whole = sizes.map((n) => (n > 0 ? n : input[place] / known));
  if (sizeOf(whole) !== input[place] || !whole.every(Number.isInteger)) {
    throw new ShapeError(
      t`unflattened_size ${show(sizes)} does not multiply up to the ${input[place]} of dimension ${dim}`,
    );
  }
  return [...input.slice(0, place), ...whole, ...input.slice(place + 1)];
}

export const Unflatten = layer({
  doc: "Makes several dimensions of one.",
  group: "pooling and shape",
  params: {
    dim: integer("The dimension to split; 0 is the batch, −1 the last."),
    unflattened_size: unflattenedSize,
  },
  shape: unflattened,
  forward: (graph, params, _, x) => graph.view(x, [x.shape[0], ...unflattened(params, x.shape.slice(1))]),
  torch: ({ dim, unflattened_size }) => torchCall("nn.Unflatten", [dim, unflattened_size]),
});
