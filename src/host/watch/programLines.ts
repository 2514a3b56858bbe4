import type * as vscode from "vscode";
import type { Position } from "../../model/digest.ts";
import { mover } from "../../model/held.ts";
import type { Anchor } from "../anchors.ts";
import type { Run } from "../run.ts";
import type { Place } from "./places.ts";

/** Lines of a program that made layers of a run. */
export interface ProgramAnchor extends Anchor {
  start: Position;
  end: Position;
  /** The line where it stood then. */
  readonly made: number;
  readonly run: Run;
  /** Rows of its frames, in order. */
  readonly rows: readonly number[];
}

/** Where the layers of a run were made, in a document that is what ran. */
export function anchorsOf(
  document: vscode.TextDocument,
  run: Run,
  places: readonly Place[],
): readonly ProgramAnchor[] {
  return places.flatMap(({ line, endLine, rows }) => {
    if (line >= document.lineCount) return []; // of a longer text that ran
    const last = Math.min(Math.max(line, endLine), document.lineCount - 1);
    const start = { line, column: document.lineAt(line).firstNonWhitespaceCharacterIndex };
    const end = { line: last, column: document.lineAt(last).text.trimEnd().length };
    return [{ start, end, made: line, run, rows }];
  });
}

/** Lines of a cell that has been edited since it was what ran stand where those of an earlier run do. */
export const movedAs = (
  anchors: readonly ProgramAnchor[],
  run: Run,
  places: readonly Place[],
): readonly ProgramAnchor[] =>
  places.flatMap(({ line, rows }) => {
    const moved = anchors.find(({ made }) => made === line);
    return moved ? [{ ...moved, run, rows }] : [];
  });

/** Anchors after an edit: those that it has not taken away. */
export function afterEdit(
  anchors: readonly ProgramAnchor[],
  { range, text }: vscode.TextDocumentContentChangeEvent,
): readonly ProgramAnchor[] {
  const place = ({ line, character }: vscode.Position): Position => ({ line, column: character });
  const by = mover({ start: place(range.start), end: place(range.end), text });
  return anchors.filter((anchor) => by(anchor));
}
