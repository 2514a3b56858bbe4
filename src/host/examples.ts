import * as vscode from "vscode";
import { plain, withIcon } from "../text/quote.ts";
import { starter } from "../text/starter.ts";
import { askWhatToOpen, askWhereToSave, pick, type PickItem } from "./say.ts";
import { hasModelName } from "./userFiles.ts";

/** Where a copy of the examples is opened. */
type Way = "window" | "here" | "copy";

interface Choice extends PickItem {
  readonly way: Way;
}

const WAYS: readonly Choice[] = [
  {
    way: "window",
    label: withIcon("empty-window", plain`Open in a New Window`),
    detail: plain`A copy of the labs that you can edit.`,
  },
  {
    way: "here",
    label: withIcon("window", plain`Open in This Window`),
    detail: plain`The same; Open Recent leads back.`,
  },
  {
    way: "copy",
    label: withIcon("folder", plain`Copy to a Folder…`),
    detail: plain`Into a folder of your choice, and open it there.`,
  },
];

/** Opens a copy of the examples, which may be edited; asks where, unless `target` says which folder takes it. */
export async function openExamples(
  context: vscode.ExtensionContext,
  target?: vscode.Uri,
): Promise<vscode.Uri | undefined> {
  if (target) return copyExamples(context, target);
  const choice = await pick(WAYS, {
    title: plain`GradLens Examples`,
    placeHolder: plain`Where to open them`,
  });
  if (!choice) return undefined;
  const parent = choice.way === "copy" ? await askFolder() : context.globalStorageUri;
  if (!parent) return undefined;
  const folder = await copyExamples(context, vscode.Uri.joinPath(parent, "gradlens-examples"));
  await vscode.commands.executeCommand("vscode.openFolder", folder, {
    forceNewWindow: choice.way !== "here",
  });
  return folder;
}

/** What is there already is the user's, and stays. */
async function copyExamples(context: vscode.ExtensionContext, folder: vscode.Uri): Promise<vscode.Uri> {
  await copyMissing(vscode.Uri.joinPath(context.extensionUri, "examples"), folder);
  return folder;
}

async function copyMissing(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.createDirectory(to);
  for (const [name, type] of await vscode.workspace.fs.readDirectory(from)) {
    const [source, target] = [vscode.Uri.joinPath(from, name), vscode.Uri.joinPath(to, name)];
    if (type === vscode.FileType.Directory) await copyMissing(source, target);
    else if (!(await exists(target))) await vscode.workspace.fs.copy(source, target);
  }
}

async function askFolder(): Promise<vscode.Uri | undefined> {
  const folders = await askWhatToOpen({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: plain`Copy Examples Here`,
  });
  return folders?.[0];
}

/** Writes a model file to begin with and shows it; asks where, unless `target` says so. Never replaces a file unasked. */
export async function newModel(target?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const uri = target ?? (await askFile());
  if (!uri) return undefined;
  if (!target || !(await exists(uri))) {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(starter(modelName(uri))));
  }
  await vscode.window.showTextDocument(uri);
  return uri;
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await askWhereToSave({
    title: plain`New Model File`,
    saveLabel: plain`Create`,
    filters: { [plain`GradLens model`]: ["gradlens.json"] },
    ...(folder && { defaultUri: await freeName(folder) }),
  });
  if (!picked || hasModelName(picked)) return picked;
  return picked.with({ path: `${picked.path.replace(/\.json$/i, "")}.gradlens.json` });
}

async function freeName(folder: vscode.Uri): Promise<vscode.Uri> {
  for (let i = 1; ; i++) {
    const uri = vscode.Uri.joinPath(folder, i === 1 ? "model.gradlens.json" : `model-${i}.gradlens.json`);
    if (!(await exists(uri))) return uri;
  }
}

/** `wine.gradlens.json` → `wine` */
const modelName = (uri: vscode.Uri): string =>
  /([^/]*)\.gradlens\.json$/i.exec(uri.path)?.[1]?.replace(/[^\w-]+/g, "-") ?? "model";

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
