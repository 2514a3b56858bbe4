import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { t } from "../l10n/translate.ts";
import { thinningOf, thinningText } from "../text/thinning.ts";
import { reportHtml } from "../text/report.ts";
import { runsUnder, stateMessage } from "./panelMessages.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";

/** The panel's page with a run and what lies under it, as one file: `dist` is the folder of its bundle. */
export async function reportBytes(dist: vscode.Uri, runs: Runs, run: Run): Promise<Uint8Array> {
  const read = (name: string) => vscode.workspace.fs.readFile(vscode.Uri.joinPath(dist, name));
  const [script, style, font] = await Promise.all(["webview.js", "webview.css", "codicon.ttf"].map(read));
  const under = runsUnder({ runs, shown: run }).map((one) => one.run);
  await Promise.all([run, ...under].map((one) => one.record.bring()));
  const state = stateMessage({ runs, shown: run, isStale: () => false }, true);
  if (!script || !style || !font || state.type !== "state") throw new Error("the panel's files are missing");
  const { model, file } = run.origin;
  const thinning = thinningOf(run.history);
  const kept = thinning ? t` Of a long run it shows ${thinningText(thinning)}.` : "";
  const utf8 = new TextDecoder();
  const page = reportHtml({
    title: `${run.name ?? model} · GradLens`,
    origin: t`${model} of ${file}, ${run.started.toLocaleString("sv-SE")}.${kept} Made by GradLens.`,
    script: utf8.decode(script),
    style: utf8.decode(style),
    font: Buffer.from(font).toString("base64"),
    // Runs that are not drawn come without their layers: nobody can pick them here.
    messages: [
      { ...state, runs: state.runs.filter(({ info }) => info.layers.length > 0) },
      ...under.map(({ id, history }) => ({ type: "frames", run: id, history: history.since(0) }) as const),
    ],
    nonce: randomBytes(16).toString("base64"),
  });
  return new TextEncoder().encode(page);
}
