import { delimiter, dirname } from "node:path";
import * as vscode from "vscode";
import { plain } from "../../text/quote.ts";
import { open } from "../reveal.ts";
import { refuse } from "../running.ts";
import { runInTerminal } from "../say.ts";
import { settings } from "../settings.ts";
import { isCell } from "./cells.ts";
import { interpreterOf } from "./interpreter.ts";
import { refuseNotebook } from "./notebookImport.ts";
import { isProgram } from "./programAnchors.ts";
import type { WatchedRuns } from "./watchedRuns.ts";

/**
 * Runs a Python file as it is, in a terminal that shows the command, with the package that watches it on the path of this terminal
 * alone. No shell takes part: a file's name is one argument, whatever it is.
 */
export async function watchPython(
  extension: vscode.Uri,
  watched: WatchedRuns,
  uri?: vscode.Uri,
): Promise<vscode.TaskExecution | undefined> {
  if (!vscode.workspace.isTrusted) {
    const message = plain`GradLens runs and watches programs in trusted workspaces only.`;
    return refuse(message, plain`Manage Trust`, "workbench.trust.manage");
  }
  const document = uri ? await open(uri) : vscode.window.activeTextEditor?.document;
  if (!document || !isProgram(document))
    return refuse(plain`Open the Python file that is to be watched first.`);
  if (isCell(document)) return refuseNotebook();
  if (document.uri.scheme !== "file")
    return refuse(plain`Only a file of this machine can be watched: save it first.`);
  if (document.isDirty && !(await document.save())) return undefined;
  const file = document.uri.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  const packages = vscode.Uri.joinPath(extension, "python").fsPath;
  watched.expect();
  return runInTerminal({
    title: plain`Watch ${vscode.workspace.asRelativePath(document.uri)}`,
    program: await interpreterOf(document.uri),
    arguments: [
      ...launcher(settings.watchProcesses(document.uri)),
      file,
      ...settings.watchArguments(document.uri),
    ],
    cwd: folder?.uri.fsPath ?? dirname(file),
    env: {
      PYTHONPATH: [packages, process.env["PYTHONPATH"] ?? ""].filter((path) => path !== "").join(delimiter),
    },
    ...(folder && { folder }),
  });
}

/** One process, or as many as the user wants. */
const launcher = (processes: number): readonly string[] =>
  processes > 1
    ? ["-m", "torch.distributed.run", `--nproc-per-node=${processes}`, "-m", "gradlens"]
    : ["-m", "gradlens"];
