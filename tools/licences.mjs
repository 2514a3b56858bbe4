import fs from "node:fs";
import path from "node:path";

const HEADING = "Licences of the packages that the files of this folder contain.\n";

/**
 * The licence texts of the packages that bundled files come from, in the order of their names.
 * @param {string} repo
 * @param {Iterable<string>} inputs paths in the repository
 */
export function licenceText(repo, inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name !== undefined) packages.add(name);
  }
  const names = /** @type {string[]} */ ([...packages].sort());
  return [HEADING, ...names.map((name) => licenceOf(path.join(repo, "node_modules", name)))].join("\n");
}

/** @param {string} folder */
function licenceOf(folder) {
  const manifest = /** @type {{ name: string, version: string, license: string }} */ (
    JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"))
  );
  const file = fs.readdirSync(folder).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  const text = file === undefined ? "" : `\n${fs.readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  return `---- ${manifest.name} ${manifest.version} (${manifest.license})\n${text}`;
}
