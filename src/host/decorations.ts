import * as vscode from "vscode";
import { shareOf, worst, type Share } from "../text/share.ts";
import { gutterTypes } from "./gutter.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 500;

/** What a line's mark says. */
export interface LineMark {
  readonly line: number;
  readonly share: Share;
}

/** Marks each layer's line by the share of the gradient that reaches it, and the line of the layer that is pointed at. */
export class Decorations implements vscode.Disposable {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #types = gutterTypes();
  readonly #pointed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  readonly #draw = new Throttle(
    () => EVERY_MS,
    () => this.#drawAll(),
  );
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, runs: Runs) {
    this.#models = models;
    this.#runs = runs;
    this.#subscriptions = [
      runs.onDidChange(() => this.refresh()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.refresh()),
    ];
  }

  refresh(): void {
    this.#draw.request();
  }

  /** The marks of a document's lines; none of figures that are stale. */
  marks(document: vscode.TextDocument): readonly LineMark[] {
    if (!settings.gutter() || !isModelFile(document)) return [];
    return this.#models.declared(document).flatMap((declared) => {
      const found = this.#models.figures(document, declared, this.#runs);
      if (!found || found.stale) return [];
      const { frame, rows, run } = found;
      const last = run.info.layers.length - 1;
      const share = worst(rows.map((row) => shareOf(frame, row, last)));
      return [{ line: document.positionAt(declared.at.offset).line, share }];
    });
  }

  /** Highlights the lines where a run's layer is declared; `undefined`: none. */
  point(run: Run, layer: string | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const here = layer !== undefined && editor.document.uri.toString() === run.origin.uri.toString();
      const at = here ? this.#models.find(editor.document, run.origin.model, layer) : undefined;
      const position = at && editor.document.positionAt(at.offset);
      editor.setDecorations(this.#pointed, position ? [new vscode.Range(position, position)] : []);
    }
  }

  #drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.#drawOne(editor);
  }

  #drawOne(editor: vscode.TextEditor): void {
    const marks = this.marks(editor.document);
    for (const [share, type] of this.#types) {
      const lines = marks.filter((mark) => mark.share === share);
      editor.setDecorations(
        type,
        lines.map(({ line }) => new vscode.Range(line, 0, line, 0)),
      );
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#draw.dispose();
    this.#pointed.dispose();
    for (const type of this.#types.values()) type.dispose();
  }
}
