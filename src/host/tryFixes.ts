import * as vscode from "vscode";
import { TRIAL_STAGES } from "../insight/words.ts";
import { compact } from "../insight/format.ts";
import type { TrialRun, TrialsProgress, TrialsResult } from "../protocol/trials.ts";
import type { ModelSource } from "../protocol/worker.ts";
import { plain } from "../text/quote.ts";
import { fixesInWords, trialsTable, verdictOf } from "../text/trials.ts";
import { changeTo } from "./changeTo.ts";
import type { Models } from "./models.ts";
import type { Panel } from "./panel.ts";
import { requestOf, sourceOf } from "./request.ts";
import type { RunRequest } from "./runOrigin.ts";
import { refuse, trusted, type Running, type Target } from "./running.ts";
import type { Runs } from "./runs.ts";
import { inform, warn, withCancel, type Report } from "./say.ts";
import { settings } from "./settings.ts";
import type { Trainer } from "./trainer.ts";

export interface Trying {
  readonly models: Models;
  readonly runs: Runs;
  readonly trainer: Trainer;
  readonly running: Running;
  readonly panel: Panel;
}

const APPLY = plain`Apply`;
const COMPARE = plain`Compare`;
const TABLE = plain`Show Table`;

/** Runs a model with fixes, and offers the one that measured better in every seed. It can be stopped at any time. */
export async function tryFixes(services: Trying, uri?: vscode.Uri, name?: string): Promise<void> {
  const target = trusted() ? await services.running.choose(plain`Try Fixes`, uri, name) : undefined;
  if (!target) return;
  const source = sourceOf(target.document);
  if (!source || !target.model.spec) {
    return refuse(
      plain`${target.model.name} cannot run: its file has problems, which the Problems view lists.`,
      plain`Show Problems`,
      "workbench.actions.view.problems",
    );
  }
  const result = await tried(services.trainer, target, source);
  if (result) await offer(services, target, source, result);
}

/** `undefined` where the user has stopped it. */
async function tried(
  trainer: Trainer,
  { model, document }: Target,
  source: ModelSource,
): Promise<TrialsResult | undefined> {
  return withCancel(plain`Trying fixes of ${model.name}`, async (report, cancelled) => {
    let stopped = false;
    const listening = trainer.onDidTry((progress) => tell(report, progress));
    cancelled(() => {
      stopped = true;
      trainer.stopFixes();
    });
    try {
      const options = { threads: settings.threads() };
      const rules = settings.rules(document.uri);
      return await trainer.tryFixes({ source, model: model.name, options, rules });
    } catch (error) {
      if (stopped) return undefined;
      throw error;
    } finally {
      listening.dispose();
    }
  });
}

const tell = (report: Report, { stage, done, of, trial }: TrialsProgress): void =>
  report(
    plain`${TRIAL_STAGES[stage]}: ${done} of ${of} · ${compact(trial.measures[0]?.relative ?? NaN)} of a constant's loss · ${fixesInWords(trial.fixes)}`,
  );

async function offer(
  services: Trying,
  target: Target,
  source: ModelSource,
  result: TrialsResult,
): Promise<void> {
  const actions = result.best ? [APPLY, COMPARE, TABLE] : result.tried > 0 ? [TABLE] : [];
  const picked = await inform(plain`${target.model.name}: ${verdictOf(result)}`, ...actions);
  if (picked === TABLE) await showTable(result);
  if (picked === COMPARE) await compare(services, target, result, false);
  if (picked === APPLY && (await apply(target.document, source, result)))
    await compare(services, target, result, true);
}

/** One change, which one undo takes back. */
async function apply(
  document: vscode.TextDocument,
  source: ModelSource,
  { best }: TrialsResult,
): Promise<boolean> {
  if (!best) return false;
  if (document.getText() !== source.text) {
    void warn(plain`The file has changed since the fixes were tried: nothing was applied. Try them again.`);
    return false;
  }
  return vscode.workspace.applyEdit(changeTo(document, best.text));
}

async function showTable(result: TrialsResult): Promise<void> {
  const content = `${trialsTable(result)}\n${verdictOf(result)}\n`;
  const table = await vscode.workspace.openTextDocument({ language: "plaintext", content });
  await vscode.window.showTextDocument(table, { preview: true, viewColumn: vscode.ViewColumn.Beside });
}

/** The model as it is and with the best fixes, over each other in the panel: last the one that the text holds. */
async function compare(
  { models, runs, panel }: Trying,
  { document, model }: Target,
  { runs: shown, best }: TrialsResult,
  isApplied: boolean,
): Promise<void> {
  if (!shown?.best || !best) return;
  const own = requestOf(document, model, shown.original.info, {});
  if (typeof own === "string") return;
  const fixed = { ...own.origin, fingerprint: (await models.fingerprint(best.text, model.name)) ?? "" };
  const both: readonly (readonly [RunRequest, TrialRun])[] = [
    [{ ...own, trial: "as it is" }, shown.original],
    [{ ...own, origin: fixed, trial: "with fixes" }, shown.best],
  ];
  for (const [request, trial] of isApplied ? both : both.toReversed()) {
    const run = runs.add(request);
    run.prepared({ info: trial.info, files: [] }, false);
    run.append(trial.history);
    run.finish(trial.end);
    runs.changed(run, "state");
  }
  await panel.show();
}
