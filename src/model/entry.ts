import type { LayerType } from "../engine/layers/layer.ts";
import type { Selection } from "../engine/params.ts";
import type { SHORTCUTS } from "./composites.ts";
import type { Json, Place } from "./json.ts";
import type { Registries } from "./registries.ts";
import type { Report } from "./report.ts";
import type { Table } from "./tables.ts";
import type { Arguments } from "./values.ts";

/** An initialiser, and where it was written. */
export interface WrittenInit {
  readonly selection: Selection;
  readonly at: Place;
}

export interface Inits {
  readonly init: WrittenInit | undefined;
  readonly bias_init: WrittenInit | undefined;
}

export interface Written {
  readonly at: Json;
  /** What stands for the entry where it is talked about: its type, else its `layers`. */
  readonly anchor: Place;
  readonly type: string;
  /** Its `name`, else its index. */
  readonly name: string;
  /** Number of copies; absent where there is no `repeat`. */
  readonly repeat: number | undefined;
  readonly inits: Inits;
}

/** One entry of a list of layers, as written: before `repeat` is unrolled and without shapes. */
export type Entry = Written &
  (
    | { readonly kind: "layer"; readonly row: LayerType; readonly params: Arguments | undefined }
    | { readonly kind: "sequential"; readonly layers: readonly Entry[] }
    | { readonly kind: "residual"; readonly layers: readonly Entry[]; readonly shortcut: Shortcut }
    /** Its type is not known, so neither is its shape. */
    | { readonly kind: "unknown"; readonly layers: readonly Entry[] }
  );

export type Shortcut =
  | { readonly kind: (typeof SHORTCUTS)[number]; readonly at: Place }
  | { readonly kind: "layers"; readonly at: Place; readonly layers: readonly Entry[] }
  | { readonly kind: "unknown" };

export interface Reading {
  readonly layers: Table<LayerType>;
  readonly registries: Registries;
  readonly report: Report;
}
