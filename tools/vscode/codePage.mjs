import fs from "node:fs";
import { remoteUri, workbenchUrl } from "./address.mjs";

/**
 * The page that shows what a command line asks for.
 * @param {import("./commandLine.mjs").CommandLine} line
 * @param {import("./address.mjs").Place} server
 */
export function pageUrl({ one, has, files }, server) {
  /** @type {import("./address.mjs").PayloadEntry[]} */
  const payload = [
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ];
  const give = (/** @type {string} */ name, /** @type {string | undefined} */ value) => {
    if (value !== undefined) payload.push([name, value]);
  };
  const uri = (/** @type {string | undefined} */ file) =>
    file === undefined ? undefined : remoteUri(server, file);
  const fromUri = (/** @type {string | undefined} */ text) => text?.replace(/^file:\/\//, "");

  for (const name of ["extensionDevelopmentPath", "extensionTestsPath"]) give(name, uri(one(name)));
  for (const name of ["inspect-extensions", "inspect-brk-extensions"]) give(name, one(name));
  if (has("disable-extensions")) give("disableExtensions", "true");
  if (has("verbose")) give("verbose", "true");

  const folder = fromUri(one("folder-uri")) ?? files.find(isWorkspace);
  for (const file of files) if (file !== folder) give("openFile", uri(file));
  give("openFile", uri(fromUri(one("file-uri"))));
  const [goTo, ...position] = one("goto")?.split(":") ?? [];
  if (goTo !== undefined) {
    give("openFile", [remoteUri(server, goTo), ...position].join(":"));
    give("gotoLineMode", "true");
  }
  return workbenchUrl(server, { folder, payload });
}

/** @param {string} file */
function isWorkspace(file) {
  return file.endsWith(".code-workspace") || (fs.existsSync(file) && fs.statSync(file).isDirectory());
}
