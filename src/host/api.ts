import type * as vscode from "vscode";
import type { Frame } from "../protocol/frame.ts";
import type { RunSummary } from "../protocol/webview.ts";
import type { LineMark } from "./decorations.ts";
import type { Parts } from "./parts.ts";
import { summaryOf } from "./runSummary.ts";
import type { Views } from "./views.ts";

/** What the extension shows, for those who look from outside: tests, and other extensions. */
export interface Api {
  /** How long activation took, in milliseconds. */
  readonly activationMs: number;
  runs(): readonly RunSummary[];
  /** The frames that are kept whole of a run, oldest first: the first ones and the latest. */
  frames(run: number): readonly Frame[];
  /** The gutter's marks on the lines of a document. */
  marks(document: vscode.TextDocument): readonly LineMark[];
  statusText(): string;
  /** Markdown of what the status bar's item shows when it is pointed at. */
  statusTooltip(): string;
  /** Messages that the panel has got so far. */
  panelMessages(): number;
}

export const apiOf = (
  { runs, isStale }: Parts,
  { decorations, status, panel }: Views,
  activationMs: number,
): Api => ({
  activationMs,
  runs: () => runs.all().map((run) => summaryOf(run, isStale(run))),
  frames: (id) => runs.get(id)?.history.frames() ?? [],
  marks: (document) => decorations.marks(document),
  statusText: () => status.text(),
  statusTooltip: () => status.tooltip(),
  panelMessages: () => panel.sent(),
});
