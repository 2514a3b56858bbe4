import type * as vscode from "vscode";
import type { Position } from "../model/digest.ts";
import type { Figures } from "./figures.ts";
import type { Run } from "./run.ts";

/** A place of a document that stands for layers of runs. It moves along with edits. */
export interface Anchor {
  readonly start: Position;
  readonly end: Position;
}

/**
 * Where the layers of runs stand in documents of one kind, for all that is shown there: lenses, hovers, the gutter, findings, what
 * the cursor is on and what the panel reveals.
 */
export interface Anchors<A extends Anchor = Anchor> {
  /** Whether the document is of the kind. */
  has(document: vscode.TextDocument): boolean;
  /** In the order of the text. */
  of(document: vscode.TextDocument): readonly A[];
  /** The innermost one at a place. */
  at(document: vscode.TextDocument, position: vscode.Position): A | undefined;
  /** Where a layer of a run stands in a document. */
  find(document: vscode.TextDocument, run: Run, layer: string): A | undefined;
  /** What stands at the anchors of a document at this moment: what all of them need is looked up once. */
  now(document: vscode.TextDocument): Now<A>;
}

export interface Now<A extends Anchor = Anchor> {
  /** `undefined` where no run has made a step. */
  figures(anchor: A): Figures | undefined;
}

const NOTHING: Now = { figures: () => undefined };

/** Every kind that there is. */
export class AllAnchors implements Anchors {
  readonly #kinds: readonly Anchors[];

  constructor(...kinds: readonly Anchors[]) {
    this.#kinds = kinds;
  }

  has(document: vscode.TextDocument): boolean {
    return this.#kindOf(document) !== undefined;
  }

  of(document: vscode.TextDocument): readonly Anchor[] {
    return this.#kindOf(document)?.of(document) ?? [];
  }

  at(document: vscode.TextDocument, position: vscode.Position): Anchor | undefined {
    return this.#kindOf(document)?.at(document, position);
  }

  find(document: vscode.TextDocument, run: Run, layer: string): Anchor | undefined {
    return this.#kindOf(document)?.find(document, run, layer);
  }

  now(document: vscode.TextDocument): Now {
    return this.#kindOf(document)?.now(document) ?? NOTHING;
  }

  #kindOf = (document: vscode.TextDocument): Anchors | undefined =>
    this.#kinds.find((kind) => kind.has(document));
}
