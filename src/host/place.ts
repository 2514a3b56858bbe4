import * as vscode from "vscode";
import type { Position } from "../model/digest.ts";

/** A range of the text, by lines and columns, as VS Code takes it. */
export const rangeOf = ({ start, end }: { readonly start: Position; readonly end: Position }): vscode.Range =>
  new vscode.Range(start.line, start.column, end.line, end.column);
