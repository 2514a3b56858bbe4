import * as vscode from "vscode";
import { gravest } from "../../insight/findings/gravest.ts";
import { LENS_HINTS } from "../../text/explain.ts";
import { torchImport } from "../../text/program.ts";
import { plain } from "../../text/quote.ts";
import type { Findings } from "../findings.ts";
import { figuresCommand, pinCommand, resultCommand } from "../lensCommands.ts";
import type { LensCommand } from "../say.ts";
import type { LensSettings } from "../settings.ts";
import { isCell } from "./cells.ts";
import { isProgram, type ProgramAnchors } from "./programAnchors.ts";

/**
 * Lenses of a program: where it imports PyTorch, its latest run, or how to watch one; and the figures at the lines that make layers. In
 * a notebook, where other cells import it, a run stands above the cell that makes its first layer.
 */
export function programLenses(
  document: vscode.TextDocument,
  anchors: ProgramAnchors,
  findings: Findings,
  shown: LensSettings,
): readonly vscode.CodeLens[] {
  if (!isProgram(document)) return [];
  const now = anchors.now(document);
  const placed = findings.of(document);
  const layers = anchors.of(document).flatMap((anchor) => {
    const at = now.figures(anchor);
    const found = gravest(
      placed
        .filter(({ run, range }) => run === anchor.run && range.start.line === anchor.start.line)
        .map((one) => one.found),
    );
    const command = at && figuresCommand(at, found, shown);
    return command ? [lensAt(anchor.start.line, command)] : [];
  });
  return [...programLens(document, anchors, shown), ...layers];
}

function programLens(
  document: vscode.TextDocument,
  anchors: ProgramAnchors,
  shown: LensSettings,
): readonly vscode.CodeLens[] {
  const line = isCell(document) ? 0 : torchImport(document.getText());
  if (line === undefined) return [];
  const runs = anchors.runs(document).filter((run) => !isCell(document) || anchors.beginsIn(document, run));
  const goesOn = runs.some(({ end }) => !end);
  const isFile = document.uri.scheme === "file" && vscode.workspace.isTrusted;
  return [
    ...(shown.watch && isFile && !goesOn ? [lensAt(line, watchCommand(document.uri))] : []),
    ...runs.flatMap((run) => [
      ...(shown.result ? [lensAt(line, resultCommand(run, undefined, anchors.isStale(run)))] : []),
      ...(shown.pin ? [lensAt(line, pinCommand(run))] : []),
    ]),
  ];
}

const watchCommand = (uri: vscode.Uri): LensCommand => ({
  title: plain`▶ Watch`,
  tooltip: LENS_HINTS.watch,
  command: "gradlens.watchPython",
  arguments: [uri],
});

const lensAt = (line: number, command: LensCommand): vscode.CodeLens =>
  new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command);
