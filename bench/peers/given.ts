import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelSpec } from "../../src/engine/spec.ts";
import type { Description } from "../problem.ts";

export interface Given {
  readonly spec: ModelSpec;
  readonly targets: Description["targets"];
  readonly input: Values;
  readonly target: Values;
  /** By their names in the `state_dict`, without the buffers. */
  readonly parameters: ReadonlyMap<string, Values>;
}

export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What `writeProblem` wrote to the folder. */
export function readProblem(folder: string): Given {
  const { spec, targets, tensors } = JSON.parse(
    readFileSync(join(folder, "problem.json"), "utf8"),
  ) as Description;
  const { buffer } = new Uint8Array(readFileSync(join(folder, "values.f32")));
  const all = new Map<string, Values>(
    Object.entries(tensors).map(([name, { shape, at }]) => [
      name,
      {
        shape,
        data: new Float32Array(
          buffer,
          4 * at,
          shape.reduce((a, b) => a * b, 1),
        ),
      },
    ]),
  );
  const take = (name: string): Values => {
    const values = all.get(name);
    all.delete(name);
    if (!values) throw new Error(`the workload has no ${name}`);
    return values;
  };
  const [input, target] = [take("input"), take("target")];
  const parameters = [...all].filter(([name]) => !/running_|num_batches/.test(name));
  return { spec, targets, input, target, parameters: new Map(parameters) };
}

/** A matrix with its rows as columns. */
export function transposed({ shape: [rows, columns], data }: Values): Values {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return { shape: [columns, rows], data: out };
}

/** A row for each class number, 1 at it and 0 elsewhere. */
export function oneHot(classes: Float32Array, width: number): Values {
  const data = new Float32Array(classes.length * width);
  classes.forEach((k, i) => (data[i * width + k] = 1));
  return { shape: [classes.length, width], data };
}
