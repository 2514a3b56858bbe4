import * as vscode from "vscode";

/**
 * Schemes whose documents are files of the user, with where those are. Whatever has another one was made by somebody for show:
 * the committed text beside a file (`git`, `gitlens`, `conflictResolution`), what a chat or the local history proposes, an output.
 */
const SCHEMES = {
  file: "on the machine that runs the extensions",
  "vscode-remote": "on a machine that the window is connected to",
  untitled: "not saved yet",
  "vscode-notebook-cell": "a cell of a notebook",
  "vscode-vfs": "in a repository that is not cloned",
} as const;

/** Those, and what else the user has opened a folder of: an archive, say, or a server. */
export const userSchemes = (): readonly string[] => [
  ...new Set([
    ...Object.keys(SCHEMES),
    ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme),
  ]),
];

/** A model file's name, or what it ends in: in whatever case, as VS Code compares the names of a language's files. */
const NAME = "gradlens.json";

const ENDING = /(^|[/.])gradlens\.json$/i;

const inAnyCase = NAME.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/** Finds model files; patterns have no flag for case. */
export const MODEL_FILES = `**/{${inAnyCase},*.${inAnyCase}}`;

/** Programs, whose lines may have made layers of a run. */
export const programDocuments = (): readonly vscode.DocumentFilter[] =>
  userSchemes().map((scheme) => ({ scheme, language: "python" }));

/** What lenses, hovers and quick fixes are asked for. */
export const modelDocuments = (): readonly vscode.DocumentFilter[] =>
  userSchemes().map((scheme) => ({ scheme, pattern: MODEL_FILES }));

/** Named as a model file is, wherever it lies. */
export const hasModelName = ({ path }: vscode.Uri): boolean => ENDING.test(path);

/** A model file of the user. */
export const isModelUri = (uri: vscode.Uri): boolean =>
  hasModelName(uri) && userSchemes().includes(uri.scheme);
