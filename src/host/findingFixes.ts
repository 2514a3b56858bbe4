import * as vscode from "vscode";
import { typicalNorm } from "../insight/clipping.ts";
import type { NamedFix, Wanted } from "../model/fixes/apply.ts";
import { plain } from "../text/quote.ts";
import type { Findings, Placed } from "./findings.ts";
import { isModelFile, type Models } from "./models.ts";
import type { Runs } from "./runs.ts";
import { quickFix } from "./say.ts";

/** The fixes of each finding at the place that is asked about, as edits; and to try them all. */
export const findingFixes = (models: Models, runs: Runs, findings: Findings): vscode.CodeActionProvider => ({
  async provideCodeActions(document, range, { diagnostics }) {
    if (!isModelFile(document)) return [];
    const placed = findings.of(document).filter((one) => one.range.intersection(range) !== undefined);
    const actions = await Promise.all(
      placed.map(async (one) => {
        const own = diagnostics.filter((shown) => isOf(shown, one));
        const fixes = await fixesOf(document, models, runs, one);
        return [...fixes, ...tryAction(document, one)].map((action) => {
          action.diagnostics = own;
          return action;
        });
      }),
    );
    return actions.flat();
  },
});

const isOf = ({ code, range }: vscode.Diagnostic, { found, range: own }: Placed): boolean =>
  typeof code === "object" && code.value === found.id && range.isEqual(own);

async function fixesOf(
  document: vscode.TextDocument,
  models: Models,
  runs: Runs,
  { model, found }: Placed,
): Promise<vscode.CodeAction[]> {
  if (found.fixes.length === 0) return [];
  const run = runs.latest(document.uri, model);
  const norm = run ? typicalNorm(run.history) : NaN;
  const figures = { ...found.figures, ...(Number.isFinite(norm) && { typical_norm: norm }) };
  const cause = { id: found.id, figures, ...(found.layer !== undefined && { path: found.layer }) };
  const wanted: Wanted = { names: found.fixes, cause };
  const { version } = document;
  const own = await models.fixes(document, model, wanted);
  const base = models.held(document)?.model(model)?.base;
  const inBase = base === undefined ? [] : await models.fixes(document, model, { ...wanted, where: "base" });
  if (document.version !== version) return [];
  return own.flatMap((fix, i) => {
    const shared = inBase.find(({ name }) => name === fix.name);
    const here = actionOf(document, fix, base === undefined ? undefined : model, i === 0);
    const isOther =
      shared && base !== undefined && JSON.stringify(shared.edits) !== JSON.stringify(fix.edits);
    return isOther ? [here, actionOf(document, shared, base, false)] : [here];
  });
}

/** `place`: the model whose text is edited, where there is a choice. */
function actionOf(
  document: vscode.TextDocument,
  { title, edits }: NamedFix,
  place: string | undefined,
  isPreferred: boolean,
): vscode.CodeAction {
  const action = quickFix(place === undefined ? plain`${title}` : plain`${title} (in ${place})`);
  action.edit = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of edits) {
    const at = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    action.edit.replace(document.uri, at, content);
  }
  action.isPreferred = isPreferred;
  return action;
}

function tryAction(document: vscode.TextDocument, { model, found }: Placed): vscode.CodeAction[] {
  if (found.severity === "info" || !vscode.workspace.isTrusted) return [];
  const title = plain`Try fixes of ${model}, and see which measure better`;
  const action = quickFix(title);
  action.command = { title, command: "gradlens.tryFixes", arguments: [document.uri, model] };
  return [action];
}
