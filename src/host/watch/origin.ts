import * as vscode from "vscode";
import type { RunInfo } from "../../protocol/run.ts";
import type { RunOrigin, StreamOrigin } from "../runOrigin.ts";
import { placesOf } from "./places.ts";

/** Where a run that a program writes comes from: its file is the first of the workspace that its layers were made in. */
export function watchedOrigin(stream: StreamOrigin, info: RunInfo): RunOrigin {
  const [uri] = placesOf(info, stream).files;
  return {
    ...(uri && { uri }),
    file: vscode.workspace.asRelativePath(uri ?? vscode.Uri.file(stream.file)),
    model: info.model,
    fingerprint: "",
    info,
    stream,
  };
}
