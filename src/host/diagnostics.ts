import * as vscode from "vscode";
import type { Problem } from "../protocol/problem.ts";
import { plain } from "../text/quote.ts";
import { ClosedError } from "../protocol/rpc.ts";
import type { DataFiles } from "./dataFiles.ts";
import { openModelFiles, type Models } from "./models.ts";
import { rangeOf } from "./quickFix.ts";
import { sourceOf } from "./request.ts";
import { diagnostic } from "./say.ts";
import { Debounce } from "./throttle.ts";
import type { Trainer } from "./trainer.ts";

/** The data of a model file are read once the text has been quiet for so long. */
const DATA_QUIET_MS = 600;

/** The problems of a document: those of its text at once, those of its data once the worker has looked. */
export class Diagnostics implements vscode.Disposable {
  readonly #models: Models;
  readonly #trainer: Trainer;
  readonly #text = vscode.languages.createDiagnosticCollection("gradlens");
  readonly #data = vscode.languages.createDiagnosticCollection("gradlens data");
  readonly #dataProblems = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly problems: readonly Problem[] }
  >();
  /** The version of a document that was checked once more. */
  readonly #retried = new WeakMap<vscode.TextDocument, number>();
  readonly #check = new Debounce<vscode.TextDocument>(
    DATA_QUIET_MS,
    (document) => void this.#checkData(document),
  );
  readonly #subscriptions: vscode.Disposable[];

  constructor(models: Models, files: DataFiles, trainer: Trainer) {
    this.#models = models;
    this.#trainer = trainer;
    this.#subscriptions = [
      models.onDidParse((document) => this.#show(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      files.onDidChange((document) => this.#check.request(document)),
      vscode.workspace.onDidGrantWorkspaceTrust(() =>
        openModelFiles().forEach((document) => this.#check.request(document)),
      ),
    ];
    openModelFiles().forEach((document) => this.#show(document));
  }

  /** Every problem that is known of the text as it is now. */
  problems(document: vscode.TextDocument): readonly Problem[] {
    const data = this.#dataProblems.get(document);
    return [
      ...this.#models.of(document).problems,
      ...(data?.version === document.version ? data.problems : []),
    ];
  }

  #show(document: vscode.TextDocument): void {
    const { problems } = this.#models.of(document);
    this.#text.set(
      document.uri,
      problems.map((problem) => diagnosticOf(document, problem)),
    );
    this.#check.request(document);
  }

  async #checkData(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    await this.#models.read(document);
    const readable = this.#models.of(document).models.some(({ spec }) => spec);
    const source = readable ? sourceOf(document) : undefined;
    if (!source || !vscode.workspace.isTrusted) return this.#setData(document, []);
    const { version } = document;
    try {
      const all = await this.#trainer.check(source);
      // The text has changed meanwhile: its own check is on its way.
      if (document.isClosed || document.version !== version) return;
      const known = new Set(this.#models.of(document).problems.map(keyOf));
      this.#setData(
        document,
        all.filter((problem) => !known.has(keyOf(problem))),
      );
    } catch (error) {
      if (error instanceof ClosedError) this.#checkOnceMore(document);
      // Else another check has taken this one's place.
    }
  }

  /** The thread was ended while it read, by Stop or by a failure. Not again and again: the data may be what it has failed at. */
  #checkOnceMore(document: vscode.TextDocument): void {
    if (document.isClosed || this.#retried.get(document) === document.version) return;
    this.#retried.set(document, document.version);
    this.#check.request(document);
  }

  #setData(document: vscode.TextDocument, problems: readonly Problem[]): void {
    this.#dataProblems.set(document, { version: document.version, problems });
    this.#data.set(
      document.uri,
      problems.map((problem) => diagnosticOf(document, problem)),
    );
  }

  #forget(document: vscode.TextDocument): void {
    this.#check.cancel(document);
    this.#text.delete(document.uri);
    this.#data.delete(document.uri);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#check.dispose();
    this.#text.dispose();
    this.#data.dispose();
  }
}

const keyOf = ({ code, offset, message }: Problem): string => `${offset} ${code} ${message}`;

function diagnosticOf(document: vscode.TextDocument, problem: Problem): vscode.Diagnostic {
  const severity =
    problem.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const found = diagnostic(rangeOf(document, problem), plain`${problem.message}`, severity);
  found.source = "GradLens";
  found.code = problem.code;
  return found;
}
