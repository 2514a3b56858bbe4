import type { ModelSpec } from "../engine/spec.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Declaration } from "./declarations.ts";
import type { Range } from "./json.ts";

/** One model of a file. */
export interface ParsedModel {
  readonly name: string;
  /** The model of this file that it extends. */
  readonly base?: string;
  /** Its name in the text, with the quotes. */
  readonly key: Range;
  /** Its object in the text. */
  readonly body: Range;
  /** Absent where it cannot run. */
  readonly spec?: ModelSpec;
  /** Number of trainable values; absent with `spec`. */
  readonly parameters?: number;
  /** Its layers, those that it has from the model it extends included; in the order of the text. */
  readonly declarations: readonly Declaration[];
}

export interface Parsed {
  /** In the order of the text. */
  readonly models: readonly ParsedModel[];
  readonly problems: readonly Problem[];
  /** The text is JSON from end to end. */
  readonly complete: boolean;
}
