import { setImmediate as turn } from "node:timers/promises";
import * as vscode from "vscode";
import { plain } from "../text/quote.ts";
import { thinningOf, thinningText } from "../text/thinning.ts";
import { streamOf } from "../text/writeStream.ts";
import type { Run } from "./run.ts";
import { askWhereToSave, inform } from "./say.ts";

/** Lines that are written between two looks at what else there is to do. */
const LINES_A_TURN = 20;

/** The stream of a run, as far as it is kept. */
export async function streamBytes(run: Run): Promise<Uint8Array> {
  await run.record.bring();
  const lines: string[] = [];
  for (const line of streamOf(run.info, run.history, run.end)) {
    lines.push(line);
    if (lines.length % LINES_A_TURN === 0) await turn();
  }
  return new TextEncoder().encode(lines.join(""));
}

/** Writes what `make` gives where the user wants it; offers to open it. */
export async function save(
  run: Run,
  ending: string,
  kind: string,
  make: (run: Run) => Promise<Uint8Array>,
): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${run.origin.model.replace(/[^\w.-]+/g, "-")}-${stamp(run.started)}.${ending}`;
  const target = await askWhereToSave({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [kind]: [ending] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, await make(run));
  const open = plain`Open`;
  const thinning = thinningOf(run.history);
  const what = thinning ? `: ${thinningText(thinning)}` : "";
  const answer = await inform(
    plain`The run of ${run.origin.model} is written to ${vscode.workspace.asRelativePath(target)}${what}.`,
    open,
  );
  if (answer !== open) return;
  if (ending === "html") await vscode.env.openExternal(target);
  else await vscode.window.showTextDocument(target);
}

/** `2026-11-30-14-03-22` */
const stamp = (date: Date): string => date.toLocaleString("sv-SE").replace(/\D+/g, "-");
