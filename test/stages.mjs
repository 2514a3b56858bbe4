// The stages of `npm test`, in their order.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { tallyOfCommand, tallyOfFiles } from "./tally.mjs";

const test = import.meta.dirname;
const repo = path.resolve(test, "..");
const reporter = path.join(test, "support", "fileReporter.mjs");

/** A test that takes longer hangs. */
const TEST_TIMEOUT_MS = 300_000;

/**
 * `needs`: the stage without which this one makes no sense.
 * @type {{ name: string, needs?: string, run: () => Promise<import("./tally.mjs").Tally> }[]}
 */
export const stages = [
  { name: "types", run: () => command("npm", ["run", "--silent", "types"]) },
  { name: "lint", run: () => command("npm", ["run", "--silent", "lint"]) },
  { name: "build", run: () => command(process.execPath, ["tools/build.mjs", "--frozen"]) },
  {
    name: "unit",
    run: () => nodeTests(testFiles("**/*.test.ts", ["host/**", "ui/**", "torch/**", "experiments/**"])),
  },
  {
    name: "host",
    needs: "build",
    run: () => reportingTests(testFiles("host/*.test.ts"), ["test/host/run.mjs"]),
  },
  { name: "ui", needs: "build", run: () => nodeTests(testFiles("ui/*.test.ts"), ["--test-concurrency=1"]) },
];

/** @param {string} pattern @param {string[]} [exclude] @returns {string[]} paths in test/ */
const testFiles = (pattern, exclude = []) => fs.globSync(pattern, { cwd: test, exclude }).sort();

/** @param {string} file @param {string[]} args */
const command = async (file, args) => tallyOfCommand(await exitCode(file, args));

/** @param {string[]} files @param {string[]} [flags] */
const nodeTests = (files, flags = []) =>
  reportingTests(files, [
    ...["--test", `--test-timeout=${TEST_TIMEOUT_MS}`, ...flags],
    ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
    ...[`--test-reporter=${reporter}`, "--test-reporter-destination=stderr"],
    ...files.map((file) => path.join("test", file)),
  ]);

/** Runs Node on tests that write their reports to the file GRADLENS_REPORT. @param {string[]} files @param {string[]} args */
async function reportingTests(files, args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-report-"));
  const report = path.join(folder, "report.jsonl");
  fs.writeFileSync(report, "");
  const code = files.length === 0 ? 0 : await exitCode(process.execPath, args, { GRADLENS_REPORT: report });
  const lines = fs.readFileSync(report, "utf8").split("\n");
  fs.rmSync(folder, { recursive: true });

  const names = files.map((file) => file.slice(0, -path.extname(file).length));
  const reports = lines.filter((line) => line !== "").map(parseReport);
  const { complaints, ...tally } = tallyOfFiles(names, reports, code);
  for (const complaint of complaints) console.log(`✖ ${complaint}`);
  return tally;
}

/** @param {string} line */
const parseReport = (line) => /** @type {import("./tally.mjs").FileReport} */ (JSON.parse(line));

/** @param {string} file @param {string[]} args @param {Record<string, string>} [env] @returns {Promise<number>} */
function exitCode(file, args, env = {}) {
  const PATH = path.dirname(process.execPath) + path.delimiter + process.env.PATH;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: repo,
      stdio: "inherit",
      env: { ...process.env, PATH, ...env },
      shell: process.platform === "win32" && file === "npm",
    });
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", (error) => {
      console.error(`${file}: ${error.message}`);
      resolve(1);
    });
  });
}
