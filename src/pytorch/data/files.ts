import type { Column } from "../../engine/data/columns.ts";
import type { Wants } from "../../engine/data/data.ts";
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

export const csv = written<Csv>(({ path, target, columns, header, ...dialect }, wants) => {
  const place = (column: Column): string =>
    typeof column === "number" ? String(column) : `names.index(${literal(column)})`;
  const places = (all: readonly Column[]): string => `[${all.map(place).join(", ")}]`;
  const shape = targetShape(wants.targets, wants.output);
  return {
    helpers: [
      READ,
      table(dialect),
      ...number(dialect),
      ...(wants.targets === "number" ? [] : [numbers(dialect)]),
    ],
    lines: [
      header ? `names, *rows = table(${pathOf(path)})` : `rows = table(${pathOf(path)})`,
      `target = ${places(target)}`,
      columns
        ? `columns = ${places(columns)}`
        : "columns = [i for i in range(len(rows[0])) if i not in target]",
      `inputs = torch.tensor([[${numberOf(dialect)}(row[i]) for i in columns] for row in rows])` +
        asSamples(sizeOf(wants.input), wants.input) +
        idsOf(wants),
      ...(wants.targets === "number"
        ? [`targets = torch.tensor([[${numberOf(dialect)}(row[i]) for i in target] for row in rows])`]
        : ["targets = torch.tensor([numbers([row[i] for row in rows]) for i in target]).T"]),
      `targets = targets${asSamples(target.length, shape)}${kindOf(wants)}`,
    ].filter((line) => line !== "targets = targets"),
  };
});

const idsOf = ({ ids }: Wants): string => (ids === undefined ? "" : ".long()");

const kindOf = ({ targets }: Wants): string => (targets === "class" ? ".long()" : "");

/** From two arrays of NumPy, given by their expressions. */
function fromArrays(inputs: string, targets: string, wants: Wants): readonly string[] {
  const shape = targetShape(wants.targets, wants.output);
  return [
    `inputs = tensor(${inputs}).reshape(${[-1, ...wants.input].join(", ")})${idsOf(wants)}`,
    `targets = tensor(${targets}).reshape(${[-1, ...shape].join(", ")})${kindOf(wants)}`,
  ];
}

/** Targets may be names where they stand for classes. */
const named = ({ targets }: Wants, array: string): string =>
  targets === "number" ? array : `labels(${array})`;

const namedHelpers = ({ targets }: Wants) => (targets === "number" ? [] : [numbers(), LABELS]);

interface Pair {
  readonly inputs: string;
  readonly targets: string;
}

export const npy = written<Pair>(({ inputs, targets }, wants) => ({
  helpers: [READ, ARRAY, TENSOR, ...namedHelpers(wants)],
  lines: fromArrays(`array(${pathOf(inputs)})`, named(wants, `array(${pathOf(targets)})`), wants),
}));

export const npz = written<Pair & { readonly path: string }>(({ path, inputs, targets }, wants) => ({
  helpers: [TENSOR, ...namedHelpers(wants)],
  lines: [
    `arrays = numpy.load(FOLDER / ${pathOf(path)})`,
    ...fromArrays(`arrays[${literal(inputs)}]`, named(wants, `arrays[${literal(targets)}]`), wants),
  ],
}));

export const idx = written<Pair>(({ inputs, targets }, wants) => ({
  helpers: [READ, IDX, TENSOR],
  lines: fromArrays(`idx(${pathOf(inputs)})`, `idx(${pathOf(targets)})`, wants),
}));
