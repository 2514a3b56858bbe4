import * as vscode from "vscode";
import { findings, type FindingId } from "../insight/findings/index.ts";
import { plain } from "../text/quote.ts";
import { pick, type PickItem } from "./say.ts";

/** What a click on a diagnostic's code does. */
export const explainLink = (id: string): vscode.Uri =>
  vscode.Uri.parse(`command:gradlens.explainFinding?${encodeURIComponent(JSON.stringify([id]))}`);

interface Item extends PickItem {
  readonly id: FindingId;
}

/** Opens the page of findings at one of them: the named one, else the one that the user picks. */
export async function explainFinding(page: vscode.Uri, id: unknown): Promise<void> {
  const known = findings.find((type) => type.id === id)?.id ?? (await pickFinding());
  if (known === undefined) return;
  await vscode.commands.executeCommand("markdown.showPreview", page.with({ fragment: known }));
}

async function pickFinding(): Promise<FindingId | undefined> {
  const items = findings.map(({ id, title }): Item => ({
    label: plain`${title}`,
    description: plain`${id}`,
    id,
  }));
  const picked = await pick(items, { title: plain`Explain Finding`, matchOnDescription: true });
  return picked?.id;
}
