import * as vscode from "vscode";
import { renamed, type Rename } from "./renames.ts";
import type { Run } from "./run.ts";
import type { RunOrigin } from "./runOrigin.ts";
import { watchedOrigin } from "./watch/origin.ts";
import { placesOf } from "./watch/places.ts";

/** Where a run comes from after a rename; `undefined` where that touches none of its files. */
export function movedOrigin({ origin, info }: Run, rename: Rename): RunOrigin | undefined {
  const { stream, uri } = origin;
  if (stream) {
    const isTouched = placesOf(info, stream).files.some((file) => renamed(file, rename));
    return isTouched ? watchedOrigin({ ...stream, renames: [...stream.renames, rename] }, info) : undefined;
  }
  const moved = uri && renamed(uri, rename);
  return moved && { ...origin, uri: moved, file: vscode.workspace.asRelativePath(moved) };
}
