import type { FixName } from "./fixNames.ts";

/** What a finding says of a model, for whoever does not know where it comes from: a run, a probe, or the text alone. */
export interface FoundAt {
  readonly id: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  /** Path of the layer; `data` for the data, absent for the model as a whole. */
  readonly layer?: string;
  /** Paths of other layers that it is about. */
  readonly related?: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
  readonly fixes: readonly FixName[];
  /** What explains it, by id; absent where it is a cause itself. */
  readonly cause?: string;
}
