import type { DataRequirements } from "../../engine/data/data.ts";
import { sizeOf, type Shape } from "../../engine/tensor.ts";
import { tuple } from "../python.ts";

/** A function that the program has beside its own, and the modules that it needs. */
export interface Helper {
  readonly imports: readonly string[];
  readonly text: string;
}

/** How a program gets at a data set. */
export interface DataCode {
  /** Lines that set `inputs` and `targets`, whose first axis counts the samples; they may draw from `generator`. */
  readonly lines: readonly string[];
  readonly imports?: readonly string[];
  readonly helpers?: readonly Helper[];
}

export type DataWriter = (params: Readonly<Record<string, unknown>>, required: DataRequirements) => DataCode;

/** The cast says what the parser gives, which has read the params by the data set's own row. */
export const written = <V extends object>(
  write: (params: V, required: DataRequirements) => DataCode,
): DataWriter => write as DataWriter;

/** What every generated data set has. */
export interface Samples {
  readonly samples: number;
}

/** `(1000, 3, 28, 28)` */
export const shaped = (samples: number, sample: Shape): string => tuple([samples, ...sample]);

/** Lines that make `targets` of `ids`, the classes: these themselves, or numbers to compare the output with. */
export function labels(samples: number, { output, targets }: DataRequirements): readonly string[] {
  if (targets === "class") return ["targets = ids"];
  if (sizeOf(output) === 1) return [`targets = ids.float().reshape${shaped(samples, output)}`];
  return [`targets = nn.functional.one_hot(ids, ${sizeOf(output)}).float()`];
}
