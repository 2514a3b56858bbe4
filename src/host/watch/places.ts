import * as vscode from "vscode";
import type { ProgramLine, RunInfo, Where } from "../../protocol/run.ts";
import { renamedBy } from "../renames.ts";
import type { StreamOrigin } from "../runOrigin.ts";

/** Lines of a file at which layers of a run were made. */
export interface Place {
  /** Count from 0. */
  readonly line: number;
  readonly endLine: number;
  /** In order. */
  readonly rows: readonly number[];
}

/** Where the layers of a run were made. */
export interface Places {
  /** The files of the workspace, the one of the first layer first; a notebook stands for its cells. */
  readonly files: readonly vscode.Uri[];
  /** Lines by file: by its URI, or of a notebook's cell by its `cellKey`. */
  readonly byFile: ReadonlyMap<string, readonly Place[]>;
  /** What a file, or a cell, held when the run started. */
  readonly digests: ReadonlyMap<string, string>;
  /** Of each row, the file and the line. */
  readonly ofRow: readonly ({ readonly file: string; readonly line: number } | undefined)[];
  /** The notebook of the cells, where it is known, and in the workspace. */
  readonly notebook?: vscode.Uri;
}

const known = new WeakMap<StreamOrigin, { readonly of: object; readonly places: Places }>();

/** What lies outside of the workspace has no place. */
export function placesOf(info: RunInfo, stream: StreamOrigin): Places {
  const of = info.watched?.sources ?? info; // the same for as long as the run is
  const before = known.get(stream);
  if (before?.of === of) return before.places;
  const places = find(info, stream);
  known.set(stream, { of, places });
  return places;
}

function find({ layers, watched }: RunInfo, stream: StreamOrigin): Places {
  const sources = watched?.sources ?? new Map<string, string>();
  const uris = new Map<string, vscode.Uri | undefined>();
  const inWorkspace = (file: string): vscode.Uri | undefined => {
    if (!uris.has(file)) uris.set(file, fileOf(file, stream));
    return uris.get(file);
  };
  const file = watched?.notebook?.file;
  const notebook = file === undefined ? undefined : inWorkspace(file);
  const isCell = (name: string): boolean => watched?.notebook?.cells.has(name) ?? false;
  const held = (place: ProgramLine): Chosen | undefined => {
    const digest = sources.get(place.file);
    const uri = isCell(place.file) ? notebook : inWorkspace(place.file);
    const key = !isCell(place.file) ? uri?.toString() : digest && cellKey(digest, notebook);
    return place.line > 0 && key !== undefined ? { key, uri, place, digest } : undefined;
  };
  const files = new Map<string, vscode.Uri>();
  const digests = new Map<string, string>();
  const lines = new Map<string, Map<string, { line: number; endLine: number; rows: number[] }>>();
  const ofRow = layers.map(({ where }, row) => {
    const at = where && chosen(where, held);
    if (!where || !at) return undefined;
    const { key, uri, place, digest } = at;
    if (uri) files.set(uri.toString(), uri);
    if (digest !== undefined) digests.set(key, digest);
    const endLine = place === where ? where.end_line : place.line;
    const own = lines.get(key) ?? new Map<string, { line: number; endLine: number; rows: number[] }>();
    lines.set(key, own);
    const name = `${place.line}`;
    const same = own.get(name) ?? {
      line: place.line - 1,
      endLine: Math.max(place.line, endLine) - 1,
      rows: [],
    };
    own.set(name, same);
    same.rows.push(row);
    return { file: key, line: place.line - 1 };
  });
  return {
    files: [...files.values()],
    byFile: new Map(
      [...lines].map(([key, own]) => [key, [...own.values()].sort((a, b) => a.line - b.line)] as const),
    ),
    digests,
    ofRow,
    ...(notebook && { notebook }),
  };
}

interface Chosen {
  readonly key: string;
  /** The file of the workspace. */
  readonly uri: vscode.Uri | undefined;
  readonly place: ProgramLine;
  readonly digest: string | undefined;
}

/** The call that made a layer, or the innermost line around it that lies in the workspace or in a notebook. */
function chosen(where: Where, held: (place: ProgramLine) => Chosen | undefined): Chosen | undefined {
  for (const place of [where, ...where.via]) {
    const found = held(place);
    if (found) return found;
  }
  return undefined;
}

/** The cell of a notebook that holds a text; without a notebook, of whichever one. */
export const cellKey = (digest: string, notebook?: vscode.Uri): string =>
  `cell:${digest} ${notebook?.toString() ?? ""}`;

/** What a file held when the run started, or cells of a notebook. */
export const digestsIn = ({ digests }: Places, file: vscode.Uri): readonly string[] =>
  [...digests]
    .filter(([key, digest]) => key === file.toString() || key === cellKey(digest, file))
    .map(([, digest]) => digest);

/** Packages that are installed in the workspace are nobody's own code. */
const INSTALLED = /(^|[\\/])(site|dist)-packages[\\/]/;

/** A file of the workspace; `undefined` where it lies elsewhere, or is no file's name. */
function fileOf(file: string, { folder, renames }: StreamOrigin): vscode.Uri | undefined {
  if (file === "" || file.includes("\0") || file.startsWith("<") || INSTALLED.test(file)) return undefined;
  const isAbsolute = /^([\\/]|[A-Za-z]:[\\/])/.test(file);
  if (isAbsolute && folder.scheme !== "file") return undefined;
  const then = isAbsolute ? vscode.Uri.file(file) : vscode.Uri.joinPath(folder, file);
  const uri = renamedBy(then, renames);
  return vscode.workspace.getWorkspaceFolder(uri) && uri;
}
