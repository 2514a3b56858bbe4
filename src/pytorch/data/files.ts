import type { Column } from "../../engine/data/columns.ts";
import type { DataRequirements } from "../../engine/data/data.ts";
import { targetShape } from "../../engine/losses/loss.ts";
import { sizeOf, type Shape } from "../../engine/tensor.ts";
import { literal } from "../python.ts";
import { written } from "./code.ts";
import {
  ARRAY,
  type Dialect,
  IDX,
  LABELS,
  number,
  numberOf,
  numbers,
  READ,
  table,
  TENSOR,
} from "./readers.ts";

/** A path as Python takes it on every system. */
export const pathOf = (path: string): string => literal(path.replaceAll("\\", "/"));

/** What turns rows of numbers into samples; nothing where they are that already. */
const asSamples = (found: number | undefined, shape: Shape): string =>
  shape.length === 1 && shape[0] === found ? "" : `.reshape(${[-1, ...shape].join(", ")})`;

interface Csv extends Dialect {
  readonly path: string;
  readonly target: readonly Column[];
  readonly columns?: readonly Column[];
  readonly header: boolean;
}

export const csv = written<Csv>(({ path, target, columns, header, ...dialect }, required) => {
  const place = (column: Column): string =>
    typeof column === "number" ? String(column) : `names.index(${literal(column)})`;
  const places = (all: readonly Column[]): string => `[${all.map(place).join(", ")}]`;
  const shape = targetShape(required.targets, required.output);
  return {
    helpers: [
      READ,
      table(dialect),
      ...number(dialect),
      ...(required.targets === "number" ? [] : [numbers(dialect)]),
    ],
    lines: [
      header ? `names, *rows = table(${pathOf(path)})` : `rows = table(${pathOf(path)})`,
      `target = ${places(target)}`,
      columns
        ? `columns = ${places(columns)}`
        : "columns = [i for i in range(len(rows[0])) if i not in target]",
      `inputs = torch.tensor([[${numberOf(dialect)}(row[i]) for i in columns] for row in rows])` +
        asSamples(sizeOf(required.input), required.input) +
        idsOf(required),
      ...(required.targets === "number"
        ? [`targets = torch.tensor([[${numberOf(dialect)}(row[i]) for i in target] for row in rows])`]
        : ["targets = torch.tensor([numbers([row[i] for row in rows]) for i in target]).T"]),
      `targets = targets${asSamples(target.length, shape)}${kindOf(required)}`,
    ].filter((line) => line !== "targets = targets"),
  };
});

const idsOf = ({ ids }: DataRequirements): string => (ids === undefined ? "" : ".long()");

const kindOf = ({ targets }: DataRequirements): string => (targets === "class" ? ".long()" : "");

/** From two arrays of NumPy, given by their expressions. */
function fromArrays(inputs: string, targets: string, required: DataRequirements): readonly string[] {
  const shape = targetShape(required.targets, required.output);
  return [
    `inputs = tensor(${inputs}).reshape(${[-1, ...required.input].join(", ")})${idsOf(required)}`,
    `targets = tensor(${targets}).reshape(${[-1, ...shape].join(", ")})${kindOf(required)}`,
  ];
}

/** Targets may be names where they stand for classes. */
const named = ({ targets }: DataRequirements, array: string): string =>
  targets === "number" ? array : `labels(${array})`;

const namedHelpers = ({ targets }: DataRequirements) => (targets === "number" ? [] : [numbers(), LABELS]);

interface Pair {
  readonly inputs: string;
  readonly targets: string;
}

export const npy = written<Pair>(({ inputs, targets }, required) => ({
  helpers: [READ, ARRAY, TENSOR, ...namedHelpers(required)],
  lines: fromArrays(`array(${pathOf(inputs)})`, named(required, `array(${pathOf(targets)})`), required),
}));

export const npz = written<Pair & { readonly path: string }>(({ path, inputs, targets }, required) => ({
  helpers: [TENSOR, ...namedHelpers(required)],
  lines: [
    `arrays = numpy.load(FOLDER / ${pathOf(path)})`,
    ...fromArrays(`arrays[${literal(inputs)}]`, named(required, `arrays[${literal(targets)}]`), required),
  ],
}));

export const idx = written<Pair>(({ inputs, targets }, required) => ({
  helpers: [READ, IDX, TENSOR],
  lines: fromArrays(`idx(${pathOf(inputs)})`, `idx(${pathOf(targets)})`, required),
}));
