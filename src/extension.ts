import "./host/l10n.ts"; // before all texts
import type * as vscode from "vscode";
import { apiOf, type Api } from "./host/api.ts";
import { registerCommands } from "./host/commands.ts";
import { followAll } from "./host/following.ts";
import { makeParts, type Own } from "./host/parts.ts";
import { makeViews } from "./host/views.ts";

export function activate(context: vscode.ExtensionContext): Api {
  const startedMs = performance.now();
  const own: Own = (thing) => {
    context.subscriptions.push(thing);
    return thing;
  };
  const parts = makeParts(context, own);
  const views = makeViews(context, parts, own);
  own(registerCommands({ context, ...parts, ...views }));
  followAll(parts, views, own);
  const { kept, trainer } = parts;
  void kept?.restore();
  stopTraining = async () => {
    await kept?.flush(); // before the run that goes on is ended: the next window says that it was interrupted
    await trainer.dispose();
  };
  return apiOf(parts, views, performance.now() - startedMs);
}

let stopTraining: (() => Promise<void>) | undefined;

/** The thread ends with the window. */
export const deactivate = (): Promise<void> | undefined => stopTraining?.();
