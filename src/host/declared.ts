import * as vscode from "vscode";
import { declaredText } from "../text/declared.ts";
import { plain } from "../text/quote.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import type { Runs } from "./runs.ts";
import { compareTexts, warn } from "./say.ts";

const SCHEME = "gradlens-declared";

/** What runs have run, as documents that can be read and compared: the model with all that it extends and all defaults. */
export class DeclaredModels implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #runs: Runs;
  readonly #registration: vscode.Disposable;

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    const declared = this.#runs.get(Number(query))?.info.declared;
    return declared ? declaredText(declared) : "";
  }

  /** Shows in the editor for differences how a run's declaration differs from another's. */
  async compare(run: Run, other: Run): Promise<void> {
    if (!run.info.declared || !other.info.declared) {
      void warn(plain`How the two runs differ cannot be shown: what one of them has declared is not known.`);
      return;
    }
    await compareTexts(uriOf(other), uriOf(run), plain`${nameOf(other)} ↔ ${nameOf(run)}`);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

const uriOf = ({ id, info }: Run): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, path: `/${info.model.replace(/[\\/]/g, "_")}.json`, query: String(id) });

const nameOf = (run: Run): string => {
  const { info, started } = summaryOf(run, false);
  return `${info.model} · ${started}`;
};
