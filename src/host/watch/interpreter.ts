import { isAbsolute } from "node:path";
import * as vscode from "vscode";

/** What is used of the Python extension's interface. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(
      path: unknown,
    ): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

const USUAL = process.platform === "win32" ? "python" : "python3";

/** The interpreter that the user has chosen for a file, in the Python extension or its settings; else the usual one. */
export async function interpreterOf(file: vscode.Uri): Promise<string> {
  return (await chosenIn(file)) ?? setFor(file) ?? USUAL;
}

async function chosenIn(file: vscode.Uri): Promise<string | undefined> {
  try {
    const python = vscode.extensions.getExtension<PythonApi>("ms-python.python");
    const environments = (await python?.activate())?.environments;
    const found = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath(file));
    return found?.executable.uri?.fsPath;
  } catch {
    return undefined; // another version of it
  }
}

/** `python.defaultInterpreterPath`, which may be seen from the folder. */
function setFor(file: vscode.Uri): string | undefined {
  const path = vscode.workspace.getConfiguration("python", file).get("defaultInterpreterPath");
  if (typeof path !== "string" || path === "" || path === "python") return undefined;
  const folder = vscode.workspace.getWorkspaceFolder(file)?.uri;
  const named = path.replaceAll("${workspaceFolder}", folder?.fsPath ?? "");
  const isName = !/[\\/]/.test(named);
  return isAbsolute(named) || isName || !folder ? named : vscode.Uri.joinPath(folder, named).fsPath;
}
