import * as vscode from "vscode";
import type { Imports } from "./importing.ts";
import type { Node } from "./runsTree.ts";

const URIS = "text/uri-list";

/** Files that are dropped on the list of runs are streams to import: of the Explorer, or of the machine. */
export const dropStreams = (imports: Imports): vscode.TreeDragAndDropController<Node> => ({
  dropMimeTypes: [URIS, "files"],
  dragMimeTypes: [],
  async handleDrop(_target, data) {
    const files = [...data].flatMap(([, item]) => item.asFile() ?? []);
    const named = (await data.get(URIS)?.asString()) ?? "";
    const uris = [
      ...named.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#")),
      ...files.flatMap(({ uri }) => uri?.toString() ?? []),
    ];
    await imports.all([...new Set(uris)].map((uri) => vscode.Uri.parse(uri)));
    // What has no place, another program's attachment say, is read as it is; where it is named as well, it has one.
    if (named === "")
      for (const file of files) if (!file.uri) await imports.take(file.name, await file.data());
  },
});
