import * as vscode from "vscode";
import type { Imports } from "./importing.ts";
import type { Node } from "./runsTree.ts";

const URIS = "text/uri-list";

/** Files that are dropped on the list of runs are streams to import: of the Explorer, or of the machine. */
export const dropStreams = (imports: Imports): vscode.TreeDragAndDropController<Node> => ({
  dropMimeTypes: [URIS, "files"],
  dragMimeTypes: [],
  async handleDrop(_target, data) {
    const list = (await data.get(URIS)?.asString()) ?? "";
    const uris = list.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
    if (uris.length > 0) return void (await imports.all(uris.map((uri) => vscode.Uri.parse(uri))));
    for (const [, item] of data) {
      const file = item.asFile();
      if (file) await imports.take(file.name, await file.data());
    }
  },
});
