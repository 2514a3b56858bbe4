import * as vscode from "vscode";
import { torchImport } from "../../text/program.ts";
import { Throttle } from "../throttle.ts";
import { isProgram } from "./programAnchors.ts";

const EVERY_MS = 500;

/** Says to the menus whether the active editor shows a program that imports PyTorch. */
export function markPrograms(): vscode.Disposable {
  let last: boolean | undefined;
  const mark = new Throttle(
    () => EVERY_MS,
    () => {
      const document = vscode.window.activeTextEditor?.document;
      const is = !!document && isProgram(document) && torchImport(document.getText()) !== undefined;
      if (is !== last) void vscode.commands.executeCommand("setContext", "gradlens.importsTorch", is);
      last = is;
    },
  );
  mark.request();
  return vscode.Disposable.from(
    mark,
    vscode.window.onDidChangeActiveTextEditor(() => mark.request()),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document === vscode.window.activeTextEditor?.document && isProgram(document)) mark.request();
    }),
  );
}
