import fs from "node:fs";
import path from "node:path";

const HEADING = "Licences of the packages that the files of this folder contain.\n";

/** Packages whose code gets into what ships in another way than by bundling: the compiler's library is in the kernels. */
const COMPILED_IN = ["node_modules/assemblyscript"];

/** Texts for packages that are published without one, from their repositories; in tools/licences/. */
const TEXTS = new Map([
  ["@microsoft/fast-element", "fast.txt"],
  ["@microsoft/fast-foundation", "fast.txt"],
  ["@microsoft/fast-web-utilities", "fast.txt"],
]);

const LICENCE = /^(licen[cs]e|copying)([.-].*)?$/i;
/** What is to be passed on beside the licence. */
const NOTICE = /^(notices?|copyrightnotice|third-?party-?notices?)([.-].*)?$/i;

/**
 * The licence texts, and the notices, of the packages that bundled files come from, those that lie within other packages among
 * them, in the order of their names. Throws where a package has no text.
 * @param {string} repo
 * @param {Iterable<string>} inputs paths in the repository
 */
export function licenceText(repo, inputs) {
  const folders = new Set(COMPILED_IN);
  for (const input of inputs) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const packages = [...folders].map((folder) => packageAt(path.join(repo, folder)));
  // The same version may lie in several places.
  const sections = new Map(packages.map((one) => [`${one.name} ${one.version}`, sectionOf(one)]));
  return [HEADING, ...[...sections].sort().map(([, section]) => section)].join("\n");
}

/** @typedef {{ folder: string, name: string, version: string, license: string }} Package */

/** @param {string} folder @returns {Package} */
function packageAt(folder) {
  const manifest = /** @type {Omit<Package, "folder">} */ (
    JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"))
  );
  return { ...manifest, folder };
}

/** @param {Package} of */
function sectionOf({ folder, name, version, license }) {
  const files = fs.readdirSync(folder).sort();
  const licences = files.filter((file) => LICENCE.test(file)).map((file) => path.join(folder, file));
  const text = TEXTS.get(name);
  if (licences.length === 0 && text !== undefined) {
    licences.push(path.join(import.meta.dirname, "licences", text));
  }
  if (licences.length === 0) {
    throw new Error(`${name} ${version} ships without its licence: put the text into tools/licences`);
  }
  const notices = files.filter((file) => NOTICE.test(file)).map((file) => path.join(folder, file));
  const texts = [...licences, ...notices].map((file) => `\n${fs.readFileSync(file, "utf8").trim()}\n`);
  return `---- ${name} ${version} (${license})\n${texts.join("")}`;
}
