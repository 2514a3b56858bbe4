// Addresses of the workbench's page, and of files as the page names them.
import path from "node:path";

/**
 * What the page needs to know of a running server.
 * @typedef {{ readonly url: string, readonly authority: string }} Place
 */

/** A key and a value that the page's `payload` tells the workbench. @typedef {[string, string]} PayloadEntry */

/**
 * The page's address for a folder (or a .code-workspace file; an empty window without one).
 * @param {Place} place
 * @param {{ folder?: string | undefined, payload?: PayloadEntry[], token?: string | undefined }} [content]
 */
export function workbenchUrl(place, { folder, payload = [], token } = {}) {
  const url = new URL(place.url);
  if (token) url.searchParams.set("tkn", token);
  if (folder) {
    const kind = folder.endsWith(".code-workspace") ? "workspace" : "folder";
    url.searchParams.set(kind, path.resolve(folder));
  } else {
    url.searchParams.set("ew", "true");
  }
  if (payload.length) url.searchParams.set("payload", JSON.stringify(payload));
  return String(url);
}

/**
 * A file's URI in the page. What is a URI already stays as it is.
 * @param {Place} place
 * @param {string} file
 */
export function remoteUri(place, file) {
  if (/^[a-z][\w+.-]*:\/\//i.test(file)) return file;
  const encoded = path.resolve(file).split(path.sep).map(encodeURIComponent).join("/");
  return `vscode-remote://${place.authority}${encoded}`;
}
