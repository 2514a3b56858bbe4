import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import * as vscode from "vscode";
import type { RunSummary } from "../../src/protocol/webview.ts";
import { api, at, folder, lenses, until } from "./support.ts";

/** The repository: this file is bundled into dist/test/host. */
const recorded = join(__dirname, "..", "..", "..", "test", "reference", "watched");
export const runsFolder = (home = ""): string => join(folder().fsPath, home, ".gradlens", "runs");

export const linesOf = (name: string): readonly string[] =>
  readFileSync(join(recorded, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");

const programOf = (name: string): string =>
  existsSync(join(recorded, `${name}.py`)) ? `${name}.py` : `${name}.ipynb`;

let made = 0;
/** Other test files make some, too. */
const series = Date.now().toString(36);

/** A stream of a recorded run in the workspace, with other fields in its header, and its program beside it. */
export class Stream {
  readonly file: string;
  readonly model: string;
  readonly #lines: readonly string[];
  #written = 0;

  /** `program`: where it lies, in the workspace; `home`: the folder in which it ran. */
  constructor(name: string, fields: object = {}, program = programOf(name), home = "") {
    const [first = "", ...steps] = linesOf(name).map((line) =>
      line.replaceAll(`"${programOf(name)}"`, JSON.stringify(relative(home, program))),
    );
    const own = { model: `Watched${++made}of${series}`, ...fields };
    this.model = own.model;
    this.#lines = [JSON.stringify({ ...JSON.parse(first), ...own }), ...steps];
    mkdirSync(runsFolder(home), { recursive: true });
    const time = String(made).padStart(6, "0"); // the latest are those that are listed
    this.file = join(runsFolder(home), `20261130-${time}-${this.model}-1.jsonl`);
    mkdirSync(dirname(at(program).fsPath), { recursive: true });
    writeFileSync(at(program).fsPath, readFileSync(join(recorded, programOf(name))));
  }

  /** Appends the next lines; all that are left by default. */
  write(count = Infinity): void {
    const next = this.#lines.slice(this.#written, this.#written + count);
    this.#written += next.length;
    appendFileSync(this.file, next.map((line) => `${line}\n`).join(""));
  }

  async run(what: string, is: (run: RunSummary) => boolean = () => true): Promise<RunSummary> {
    return until(`the run of ${this.model} to be ${what}`, async () =>
      (await api()).runs().find((run) => run.info.model === this.model && is(run)),
    );
  }
}

export async function open(name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(at(name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The words of the lens at a line, counted from 1, that says figures. */
export const lensAt = async (uri: vscode.Uri, line: number): Promise<string | undefined> =>
  (await lenses(uri)).find((lens) => lens.line === line - 1 && /‖|gain|std/.test(lens.title))?.title;

export const hoverAt = async (uri: vscode.Uri, line: number): Promise<string> => {
  const position = new vscode.Position(line - 1, 10);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === "string" ? content : content.value))
    .join("\n");
};

/** What VS Code keeps of a workspace. */
export class Memory implements vscode.Memento {
  readonly #all = new Map<string, unknown>();

  keys(): readonly string[] {
    return [...this.#all.keys()];
  }

  get<T>(key: string): T | undefined {
    return this.#all.get(key) as T | undefined;
  }

  update(key: string, value: unknown): Thenable<void> {
    this.#all.set(key, structuredClone(value));
    return Promise.resolve();
  }
}
