import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findingOf, type FindingId } from "../../src/insight/findings/index.ts";

/** A model of which it is known what is wrong with it, if anything. */
export interface Labelled {
  readonly name: string;
  /** What was done to it, or what kind of health it has. */
  readonly kind: string;
  readonly sick: boolean;
  /** Part of the best constant's loss below which a run counts as well; null: not known. */
  readonly well: number | null;
  /** Of a sick one: what is the cause, and what may be named as well. */
  readonly causes?: readonly FindingId[];
  readonly accepted?: readonly string[];
  readonly model: Readonly<Record<string, unknown>>;
}

export const labelled: readonly Labelled[] = readFileSync(join(import.meta.dirname, "models.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Labelled);

/** Every second model of a kind is to tune on, the others to judge by: decided by its place, and by nothing else. */
export function halfOf(name: string): "tune" | "judge" {
  const one = labelled.find((model) => model.name === name);
  const place = labelled.filter(({ kind }) => kind === one?.kind).findIndex((model) => model.name === name);
  return place % 2 === 0 ? "tune" : "judge";
}

export const isId = (id: string): id is FindingId => findingOf(id) !== undefined;

/** The value of such a model's loss says nothing, however low. */
export const isNumberless = (kind: string): boolean => kind === "nll-softmax";
