/** Something wrong with a model file, at a place of its text. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** Stable, dotted: `layer.unknown-type`. Tests and quick fixes go by it, never by the wording. */
  readonly code: string;
  /** What was found, what was expected and, where one can be guessed, the fix. */
  readonly message: string;
  /** Where in the file's JSON: `["models", "m", "layers", 0, "type"]`. */
  readonly path: readonly (string | number)[];
  /** Where in the file's text, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
  /** A replacement for exactly this range that mends it ("did you mean"). */
  readonly fix?: { readonly title: string; readonly text: string };
}
