import * as vscode from "vscode";
import type { ModelDigest } from "../model/digest.ts";
import type { RunOptions } from "../protocol/worker.ts";
import { plain, withIcon, type Plain } from "../text/quote.ts";
import { outcome, short } from "../text/run.ts";
import { type Candidate, grouped } from "./candidates.ts";
import { isModelFile, MODEL_FILES, type Models } from "./models.ts";
import { requestOf } from "./request.ts";
import { open } from "./reveal.ts";
import type { Run } from "./run.ts";
import { summaryOf } from "./runSummary.ts";
import { pick, type PickItem, separator, warn } from "./say.ts";
import type { Runs } from "./runs.ts";
import { settings } from "./settings.ts";
import type { Trainer } from "./trainer.ts";

/** A model of a document. */
export interface Target {
  readonly document: vscode.TextDocument;
  readonly model: ModelDigest;
}

interface Item extends PickItem {
  readonly target: Target;
}

/** A result may be a sentence about data. */
const LONGEST_DETAIL = 120;

/** Decides which model the user means and starts it. What stands in the way is said, and nothing starts. */
export class Running {
  readonly #models: Models;
  readonly #runs: Runs;
  readonly #trainer: Trainer;

  constructor(models: Models, runs: Runs, trainer: Trainer) {
    this.#models = models;
    this.#runs = runs;
    this.#trainer = trainer;
  }

  /** Runs the model that `choose` gives. */
  async run(uri?: vscode.Uri, name?: string, options: RunOptions = {}): Promise<Run | undefined> {
    const target = trusted() ? await this.choose(plain`Run Model`, uri, name) : undefined;
    return target && this.#start(target, options);
  }

  /** Runs a model of the workspace that the user picks. */
  async pick(options: RunOptions = {}): Promise<Run | undefined> {
    const target = trusted() ? await this.#pick(plain`Run Model`) : undefined;
    return target && this.#start(target, options);
  }

  /** The named model; else that at the cursor, or the only one of the file; else the user picks, under this title. */
  async choose(title: Plain, uri?: vscode.Uri, name?: string): Promise<Target | undefined> {
    const document = uri ? await open(uri) : activeModelFile();
    if (uri && !document) return refuse(plain`${relative(uri)} is gone: it was deleted or renamed.`);
    if (!document) return this.#pick(title);
    const { models } = await this.#models.read(document);
    if (name !== undefined) {
      const model = models.find((one) => one.name === name);
      return model
        ? { document, model }
        : refuse(plain`${relative(document.uri)} has no model ${name} any more.`);
    }
    const model = models.length === 1 ? models[0] : modelAtCursor(document, models);
    return model ? { document, model } : this.#pick(title, document);
  }

  /** Lets the user pick a model of a file, or of the workspace. */
  async #pick(title: Plain, document?: vscode.TextDocument): Promise<Target | undefined> {
    const files = document ? [document] : await modelFiles();
    await Promise.all(files.map((file) => this.#models.read(file)));
    const candidates = files.flatMap((file) =>
      this.#models.of(file).models.map((model) => this.#candidate(file, model)),
    );
    if (candidates.length === 0) return offerNewModel(document);
    const items = grouped(candidates, placeOfCursor()).flatMap(({ title: label, candidates: group }) => [
      separator(label),
      ...group.map(({ value }) => value),
    ]);
    const picked = await pick(items, { title, matchOnDescription: true });
    return picked?.target;
  }

  /** A row of the list: with how the model's latest run ended, or goes. */
  #candidate(document: vscode.TextDocument, model: ModelDigest): Candidate<Item> {
    const run = this.#runs.latest(document.uri, model.name);
    const result = run && plain`${short(outcome(summaryOf(run, this.#models.isStale(run))), LONGEST_DETAIL)}`;
    const detail = model.spec ? result : withIcon("error", plain`has problems`);
    return {
      value: {
        label: plain`${model.name}`,
        description: plain`${relative(document.uri)}`,
        ...(detail !== undefined && { detail }),
        target: { document, model },
      },
      file: document.uri.toString(),
      first: model.start.line,
      last: model.end.line,
      ...(run && { run: run.id }),
    };
  }

  /** The model of a run, as its text is now. */
  again(run: Run): Promise<Run | undefined> {
    const { uri, model, file, stream } = run.origin;
    if (stream) {
      const message = plain`${model} was trained by a program, and not from here: run ${file} again.`;
      return Promise.resolve(refuse(message, plain`Watch Python File`, "gradlens.watchPython"));
    }
    if (uri) return this.run(uri, model);
    return Promise.resolve(
      refuse(plain`${model} of ${file} was recorded elsewhere: there is no model file to run.`),
    );
  }

  async #start({ document, model }: Target, options: RunOptions): Promise<Run | undefined> {
    const machine = { threads: settings.threads() };
    const info = model.spec && (await this.#models.expected(document, model.name));
    const request = requestOf(document, model, info, { ...machine, ...options });
    if (typeof request !== "string") return this.#trainer.start(request);
    return refuse(request, plain`Show Problems`, "workbench.actions.view.problems");
  }
}

/** Says why nothing runs where the workspace is not trusted. */
export function trusted(): boolean {
  if (vscode.workspace.isTrusted) return true;
  const message = plain`GradLens runs models in trusted workspaces only: a run reads files of the workspace. Editing help works.`;
  refuse(message, plain`Manage Trust`, "workbench.trust.manage");
  return false;
}

/** Says what stands in the way, with a way on where there is one. Nobody waits for the answer. */
export function refuse(message: Plain, action?: Plain, command?: string): undefined {
  void warn(message, ...(action === undefined ? [] : [action])).then((picked) => {
    if (picked !== undefined && command !== undefined) void vscode.commands.executeCommand(command);
  });
}

function offerNewModel(document: vscode.TextDocument | undefined): undefined {
  const message = document
    ? plain`${relative(document.uri)} has no model to run yet.`
    : plain`This workspace has no model to run yet.`;
  refuse(message, plain`New Model File`, "gradlens.newModel");
}

const relative = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri);

function activeModelFile(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && isModelFile(document) ? document : undefined;
}

/** The model whose lines the cursor is on, at whatever column. */
export function modelAtCursor(
  document: vscode.TextDocument,
  models: readonly ModelDigest[],
): ModelDigest | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document !== document) return undefined;
  const { line } = editor.selection.active;
  const lineOf = (offset: number) => document.positionAt(offset).line;
  return models.find(
    ({ key, body }) => lineOf(key.offset) <= line && line <= lineOf(body.offset + body.length),
  );
}

/** Where the user is, if that is in a model file. */
function placeOfCursor(): { readonly file: string; readonly line: number } | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isModelFile(editor.document)) return undefined;
  return { file: editor.document.uri.toString(), line: editor.selection.active.line };
}

const MOST_FILES = 200;

/** Every model file of the workspace that can be opened. */
async function modelFiles(): Promise<readonly vscode.TextDocument[]> {
  const uris = await vscode.workspace.findFiles(MODEL_FILES, "**/node_modules/**", MOST_FILES);
  const documents = await Promise.all(uris.map(open));
  return documents.filter((document) => document !== undefined);
}
