// Installs a pinned recipe (a folder with package.json and lockfile) without install scripts or compilers.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const repo = path.resolve(here, "..", "..");
const windows = process.platform === "win32";

/**
 * The folder in .vscode-test/ that holds the recipe's packages: installed on demand, then finished by `finish`.
 * @param {"server" | "chromium" | "newest-node"} recipe
 * @param {(folder: string, home: string) => void} finish works in `folder`, which becomes `home` afterwards
 */
export function installRecipe(recipe, finish) {
  const from = path.join(here, recipe);
  const { version } = manifestOf(from);
  const root = process.env.GRADLENS_VSCODE_HOME ?? path.join(repo, ".vscode-test");
  const home = path.join(root, `${recipe}-${version}`);
  const stamp = stampOf(from);
  const installed = () => readText(path.join(home, ".installed")) === stamp;
  if (installed()) return home;

  const started = Date.now();
  process.stderr.write(`Installing ${recipe} ${version} for VS Code in ${home} …\n`);
  // Renamed at the end: an interrupted or parallel installation leaves nothing half-done.
  const folder = `${home}.${process.pid}.tmp`;
  try {
    fs.cpSync(from, folder, { recursive: true });
    npmCi(folder);
    finish(folder, home);
    fs.writeFileSync(path.join(folder, ".installed"), stamp);
    if (!installed()) replace(home, folder, installed);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.stderr.write(`… done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return home;
}

/** @param {string} folder */
const manifestOf = (folder) =>
  /** @type {{ version: string }} */ (JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")));

/** Changes with the lockfile and with the code that installs. @param {string} from */
function stampOf(from) {
  const hash = createHash("sha256");
  const files = [
    path.join(from, "package-lock.json"),
    path.join(here, "recipe.mjs"),
    path.join(here, "install.mjs"),
  ];
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest("hex");
}

/** @param {string} folder */
function npmCi(folder) {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    execFileSync(windows ? "npm.cmd" : "npm", ["ci", ...flags, "--prefix", folder], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      shell: windows,
    });
  } catch (cause) {
    throw new Error(
      `npm could not install ${path.basename(folder)} (see above). Check that npm reaches its registry ` +
        `("npm ping"), then run "node tools/vscode/install.mjs".`,
      { cause },
    );
  }
}

/** @param {string} home @param {string} folder @param {() => boolean} installed */
function replace(home, folder, installed) {
  fs.rmSync(home, { recursive: true, force: true });
  try {
    fs.renameSync(folder, home);
  } catch (error) {
    if (!installed()) throw error; // else somebody was faster
  }
}

/** @param {string} file */
const readText = (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined);
