import * as vscode from "vscode";
import type { Markdown, Plain } from "../text/quote.ts";
import type { Line, Tone } from "../text/runTree.ts";

/*
 * The only file that hands text to VS Code (eslint.config.js sees to it): what it takes has been quoted for its place.
 */

/** Says what stands in the way. The result is the action that the user picked. */
export const warn = (message: Plain, ...actions: readonly Plain[]): Thenable<string | undefined> =>
  vscode.window.showWarningMessage(message, ...actions);

/** Says what has failed. The result is the action that the user picked. */
export const fail = (message: Plain, ...actions: readonly Plain[]): Thenable<string | undefined> =>
  vscode.window.showErrorMessage(message, ...actions);

/** Says what has come of something. The result is the action that the user picked. */
export const inform = (message: Plain, ...actions: readonly Plain[]): Thenable<string | undefined> =>
  vscode.window.showInformationMessage(message, ...actions);

/** Says how far something is. */
export type Report = (message: Plain) => void;

/** Shows that a task goes on, with a button that stops it: what `cancelled` was given is called then. */
export const withCancel = <T>(
  title: Plain,
  task: (report: Report, cancelled: (stop: () => void) => void) => Promise<T>,
): Thenable<T> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) =>
      task(
        (message) => progress.report({ message }),
        (stop) => token.onCancellationRequested(stop),
      ),
  );

/** One line of a list to pick from. */
export interface PickItem extends vscode.QuickPickItem {
  readonly label: Plain;
  readonly description?: Plain;
  readonly detail?: Plain;
}

export interface PickOptions {
  readonly title: Plain;
  readonly placeHolder?: Plain;
  readonly matchOnDescription?: boolean;
}

/** A line of a list that cannot be picked: the title of what follows. */
export interface PickSeparator {
  readonly label: Plain;
  readonly kind: vscode.QuickPickItemKind.Separator;
}

export const separator = (label: Plain): PickSeparator => ({
  label,
  kind: vscode.QuickPickItemKind.Separator,
});

export async function pick<T extends PickItem>(
  items: readonly (T | PickSeparator)[],
  options: PickOptions,
): Promise<T | undefined> {
  const picked = await vscode.window.showQuickPick<T | PickSeparator>(items, options);
  return picked && isItem(picked) ? picked : undefined;
}

const isItem = <T extends PickItem>(one: T | PickSeparator): one is T =>
  one.kind !== vscode.QuickPickItemKind.Separator;

/** Shows how one text became another. */
export const compareTexts = (before: vscode.Uri, after: vscode.Uri, title: Plain): Thenable<unknown> =>
  vscode.commands.executeCommand("vscode.diff", before, after, title, { preview: true });

/** Asks where a file is to be saved. */
/** What the dialogs that ask for a file say. */
interface FileWords {
  readonly title?: Plain;
  readonly saveLabel?: Plain;
  readonly openLabel?: Plain;
}

export const askWhereToSave = (
  options: Omit<vscode.SaveDialogOptions, keyof FileWords> & FileWords,
): Thenable<vscode.Uri | undefined> => vscode.window.showSaveDialog(options);

/** Asks for files or folders that are there. */
export const askWhatToOpen = (
  options: Omit<vscode.OpenDialogOptions, keyof FileWords> & FileWords,
): Thenable<vscode.Uri[] | undefined> => vscode.window.showOpenDialog(options);

/** Draws a view's progress bar until the task has ended. */
export const showProgress = (viewId: string, task: Promise<unknown>): void => {
  void vscode.window.withProgress({ location: { viewId } }, () => task);
};

/** What may be clicked in a tooltip: commands of the code's, and no others. */
export type CommandLink = readonly [title: Plain, command: string];

/** Markdown with a line of links below it. The values in it are text; only the commands of the links can be run. */
export function tooltip(text: Markdown, links: readonly CommandLink[]): vscode.MarkdownString {
  const below = links.map(([title, command]) => `[${title}](command:${command})`).join(" · ");
  const content = new vscode.MarkdownString(links.length === 0 ? text : `${text}\n\n${below}`);
  content.isTrusted = { enabledCommands: links.map(([, command]) => command) };
  return content;
}

export const hover = (text: Markdown): vscode.Hover => new vscode.Hover(new vscode.MarkdownString(text));

/** Asks for a line of text; `undefined` where the user does not want to answer. */
export const ask = (title: Plain, value: string): Thenable<string | undefined> =>
  vscode.window.showInputBox({ title, value });

const TONE: Readonly<Record<Tone, vscode.ThemeColor | undefined>> = {
  plain: undefined,
  good: new vscode.ThemeColor("testing.iconPassed"),
  warning: new vscode.ThemeColor("list.warningForeground"),
  error: new vscode.ThemeColor("list.errorForeground"),
};

/** A line of a tree. */
export function treeItem(line: Line, id: string, folds: "open" | "closed" | "leaf"): vscode.TreeItem {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(line.label, { open: Expanded, closed: Collapsed, leaf: None }[folds]);
  item.id = id;
  item.description = line.description;
  item.accessibilityInformation = { label: line.spoken };
  item.iconPath = new vscode.ThemeIcon(line.icon, TONE[line.tone]);
  return item;
}

/** A tree in which several lines can be selected. */
export const createTree = <T>(
  id: string,
  treeDataProvider: vscode.TreeDataProvider<T>,
  dragAndDropController: vscode.TreeDragAndDropController<T>,
): vscode.TreeView<T> =>
  vscode.window.createTreeView(id, {
    treeDataProvider,
    dragAndDropController,
    canSelectMany: true,
    showCollapseAll: true,
  });

/** An item of the status bar, hidden until it is shown. */
export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;

  constructor(id: string, name: string, command: string) {
    this.#item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, 0);
    this.#item.name = name;
    this.#item.command = command;
  }

  /** `spoken`: what a screen reader says instead of the text. */
  show(text: Plain, spoken: Plain, tooltip: vscode.MarkdownString): void {
    this.#item.text = text;
    this.#item.accessibilityInformation = { label: spoken };
    this.#item.tooltip = tooltip;
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }

  text(): string {
    return this.#item.text;
  }

  tooltip(): string {
    const { tooltip } = this.#item;
    return typeof tooltip === "string" ? tooltip : (tooltip?.value ?? "");
  }

  dispose(): void {
    this.#item.dispose();
  }
}

/** A code lens's command. */
export interface LensCommand extends vscode.Command {
  readonly title: Plain;
}

export const diagnostic = (
  range: vscode.Range,
  message: Plain,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic => new vscode.Diagnostic(range, message, severity);

export const quickFix = (title: Plain): vscode.CodeAction =>
  new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);

/** A program as it is started: no shell reads any of it. */
export interface TerminalProgram {
  readonly title: Plain;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  /** What is set for it beyond what the editor has. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder?: vscode.WorkspaceFolder;
}

/** Runs a program in a terminal of its own, which shows the command and stays when it has ended. The focus stays where it is. */
export function runInTerminal({
  title,
  program,
  arguments: args,
  cwd,
  env,
  folder,
}: TerminalProgram): Thenable<vscode.TaskExecution> {
  const task = new vscode.Task(
    { type: "process" },
    folder ?? vscode.TaskScope.Workspace,
    title,
    "GradLens",
    new vscode.ProcessExecution(program, [...args], { cwd, env }),
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    focus: false,
    clear: true,
  };
  return vscode.tasks.executeTask(task);
}
