import type { Declared, Params, Values } from "../params.ts";
import type { Generator } from "../rng/generator.ts";
import type { Shape } from "../tensor.ts";
import type { Reading } from "./reading.ts";

/** What a loss compares the output with: ids of classes, numbers from 0 to 1, or any numbers. */
export type TargetKind = "class" | "binary" | "number";

/** What the model asks of its data. */
export interface DataRequirements {
  /** Shape of one sample. */
  readonly input: Shape;
  /** Shape of the model's output for one sample; with `class` targets its last axis holds the classes. */
  readonly output: Shape;
  readonly targets: TargetKind;
  /** The inputs are token ids below this number (`Embedding` comes first). */
  readonly ids?: number;
}

/** Samples and their targets, row by row. */
export interface Dataset {
  readonly samples: number;
  readonly input: Shape;
  readonly inputs: Float32Array;
  /** Shape of one sample's target: `[]` for the id of a class. */
  readonly target: Shape;
  /** Ids of classes are stored as numbers, which is exact below 2²⁴. */
  readonly targets: Float32Array;
  /** What the ids stand for, where the data name their classes. */
  readonly classes?: readonly string[];
  /** How large the inputs are; absent: nobody has looked yet. */
  readonly inputFacts?: InputFacts;
}

/** How large the inputs of a data set are, those that are not finite left out. */
export interface InputFacts {
  /** √(mean of the squares). */
  readonly rms: number;
  /** The largest magnitude. */
  readonly max: number;
  /** How many are NaN or ±∞. */
  readonly nonfinite: number;
}

/** A data set that is drawn from a generator. */
export interface GeneratedSet<P extends Params = Params> extends Declared<P> {
  readonly kind: "generated";
  /** Throws `DataError` where the model does not fit the data. Draws and allocates nothing. */
  check(params: Values<P>, required: DataRequirements): void;
  /** Draws the data; `check` has passed. */
  generate(generator: Generator, params: Values<P>, required: DataRequirements): Dataset;
}

/** A data set that is read from files. */
export interface FileSet<P extends Params = Params> extends Declared<P> {
  readonly kind: "file";
  /** What is wrong with the params as a whole, if anything. */
  check?(params: Values<P>): string | undefined;
  /** The files that it reads, relative to the model file. */
  files(params: Values<P>): readonly string[];
  /** Reads the data. Throws `DataError` where the files are broken, do not fit the model, or hold more than fits, before that is allocated. */
  read(params: Values<P>, required: DataRequirements): Reading<Dataset>;
}

export type DataType = GeneratedSet | FileSet;

/** Infers the types of the values from the params; the table holds the result. */
export const generated = <const P extends Params>(set: Omit<GeneratedSet<P>, "kind">): GeneratedSet =>
  ({ kind: "generated", ...set }) as unknown as GeneratedSet;

/** Infers the types of the values from the params; the table holds the result. */
export const fileSet = <const P extends Params>(set: Omit<FileSet<P>, "kind">): FileSet =>
  ({ kind: "file", ...set }) as unknown as FileSet;
