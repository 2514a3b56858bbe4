import * as vscode from "vscode";
import { worst, type Share } from "../insight/share.ts";
import type { Anchors } from "./anchors.ts";
import { gutterTypes } from "./gutter.ts";
import { rangeOf } from "./place.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import { isInSight, MARGIN_LINES } from "./sight.ts";
import { Throttle } from "./throttle.ts";

const EVERY_MS = 500;

/** The overview ruler has about so many pixels: of more marks than these, each shows the worst of its neighbours. */
const MOST_MARKS = 1000;

/** What a line's mark says. */
export interface LineMark {
  readonly line: number;
  readonly share: Share;
}

/** Marks each layer's line by what was found of the gradient there, and the line of the layer that is pointed at. */
export class Decorations implements vscode.Disposable {
  readonly #anchors: Anchors;
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

  constructor(anchors: Anchors, runs: Runs) {
    this.#anchors = anchors;
    this.#runs = runs;
    this.#subscriptions = [
      runs.onDidChange(() => this.refresh()),
      runs.onDidSettle(() => this.#draw.now()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.refresh()),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (anchors.has(textEditor.document)) this.refresh();
      }),
    ];
  }

  refresh(): void {
    this.#draw.request();
  }

  /** The marks of a document's lines; none of figures that are stale. */
  marks(document: vscode.TextDocument): readonly LineMark[] {
    if (!settings.gutter() || !this.#anchors.has(document)) return [];
    const now = this.#anchors.now(document);
    return this.#anchors.of(document).flatMap((layer) => {
      const found = now.figures(layer);
      if (!found || found.stale) return [];
      const { marks } = found.run.findingsSeen();
      const share = worst(found.rows.map((row) => marks[row] ?? "even"));
      return [{ line: layer.start.line, share }];
    });
  }

  /** Highlights the lines where a run's layer is declared; `undefined`: none. */
  point(run: Run, layer: string | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const found = layer === undefined ? undefined : this.#anchors.find(editor.document, run, layer);
      editor.setDecorations(this.#pointed, found ? [rangeOf({ start: found.start, end: found.start })] : []);
    }
  }

  #drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors)
      if (!this.#runs.isProbing(editor.document.uri)) this.#drawOne(editor);
  }

  #drawOne(editor: vscode.TextEditor): void {
    const marks = few(this.marks(editor.document), isInSight(editor.document, MARGIN_LINES));
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

/** Those in sight, and at most `MOST_MARKS` of the others: the worst of neighbours. */
function few(marks: readonly LineMark[], inSight: (line: number) => boolean): readonly LineMark[] {
  if (marks.length <= MOST_MARKS) return marks;
  const neighbours = Math.ceil(marks.length / MOST_MARKS);
  const kept: LineMark[] = marks.filter(({ line }) => inSight(line));
  for (let i = 0; i < marks.length; i += neighbours) {
    const group = marks.slice(i, i + neighbours);
    const share = worst(group.map((mark) => mark.share));
    const shown = group.find((mark) => mark.share === share);
    if (shown && !inSight(shown.line)) kept.push(shown);
  }
  return kept;
}
