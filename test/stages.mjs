// The stages of `npm test`, in their order.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureNewestNode } from "../tools/vscode/install.mjs";
import { failedFiles, tallyOfCommand, tallyOfFiles } from "./tally.mjs";

/** @typedef {import("./tally.mjs").FileReport} FileReport */

const test = import.meta.dirname;
const repo = path.resolve(test, "..");
const reporter = path.join(test, "support", "fileReporter.mjs");

/** A test that takes longer hangs. */
const TEST_TIMEOUT_MS = 300_000;

/** What depends on the V8 that it runs on: the command, the worker's files and the kernels. */
const ON_EVERY_NODE = [
  "cli/*.test.ts",
  "worker/*.test.ts",
  "engine/{wide,threads,programs,wasm,wasmLosses,heap}.test.ts",
];

/**
 * Node 24 is the oldest that is supported, and runs all; what ends in "newest" runs on the newest, whose V8 is that of current
 * VS Code. `needs`: the stage without which this one makes no sense.
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
  {
    name: "unit-newest",
    needs: "build",
    run: () =>
      nodeTests(
        ON_EVERY_NODE.flatMap((pattern) => testFiles(pattern)),
        [],
        newestNode(),
      ),
  },
  {
    name: "host-newest",
    needs: "build",
    run: () =>
      reportingTests(testFiles("host/*.test.ts"), ["test/host/run.mjs"], { GRADLENS_NODE: newestNode() }),
  },
  { name: "ui", needs: "build", run: () => windowTests(testFiles("ui/*.test.ts")) },
];

/** @param {string} pattern @param {string[]} [exclude] @returns {string[]} paths in test/ */
const testFiles = (pattern, exclude = []) => fs.globSync(pattern, { cwd: test, exclude }).sort();

/** Throws where there is none: what cannot be tested is not passed. */
function newestNode() {
  const node = ensureNewestNode();
  if (!node) throw new Error(`npm has no newest Node for ${process.platform}-${process.arch}`);
  return node;
}

/** @param {string} file @param {string[]} args */
const command = async (file, args) => tallyOfCommand(await exitCode(file, args));

/** @param {string[]} files @param {string[]} [flags] @param {string} [node] */
const nodeTests = async (files, flags = [], node = process.execPath) =>
  tally(files, await nodeReports(files, flags, node));

/**
 * Tests in a window of the editor. On a busy machine a key or the focus can come too late for the window: a file that failed
 * is run once more, and named where it passes then, so that it can be looked into.
 * @param {string[]} files
 */
async function windowTests(files) {
  const first = await nodeReports(files, ["--test-concurrency=1"]);
  const failed = failedFiles(files.map(nameOf), first.reports);
  if (failed.length === 0) return tally(files, first);

  console.log(`\nOnce more: ${failed.join(", ")}`);
  const again = files.filter((file) => failed.includes(nameOf(file)));
  const { reports, code } = await nodeReports(again, ["--test-concurrency=1"]);
  for (const name of failed)
    if (failedFiles([name], reports).length === 0) console.log(`! ${name} passed only the second time`);
  const others = first.reports.filter(({ file }) => !failed.includes(file));
  return tally(files, { reports: [...others, ...reports], code });
}

/** As a report names it. @param {string} file */
const nameOf = (file) => file.slice(0, -path.extname(file).length);

/** @param {string[]} files @param {string[]} args @param {Record<string, string>} [env] */
const reportingTests = async (files, args, env) =>
  tally(files, await reportsOf(files, process.execPath, args, env));

/** @param {string[]} files @param {{ reports: FileReport[], code: number }} run */
function tally(files, { reports, code }) {
  const { complaints, ...tally } = tallyOfFiles(files.map(nameOf), reports, code);
  for (const complaint of complaints) console.log(`✖ ${complaint}`);
  return tally;
}

/** @param {string[]} files @param {string[]} flags @param {string} [node] */
const nodeReports = (files, flags, node = process.execPath) =>
  reportsOf(files, node, [
    ...["--test", `--test-timeout=${TEST_TIMEOUT_MS}`, ...flags],
    ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
    ...[`--test-reporter=${reporter}`, "--test-reporter-destination=stderr"],
    ...files.map((file) => path.join("test", file)),
  ]);

/**
 * What tests that write their reports to the file GRADLENS_REPORT say of themselves.
 * @param {string[]} files @param {string} node @param {string[]} args @param {Record<string, string>} [env]
 */
async function reportsOf(files, node, args, env = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-report-"));
  const report = path.join(folder, "report.jsonl");
  fs.writeFileSync(report, "");
  const code = files.length === 0 ? 0 : await exitCode(node, args, { ...env, GRADLENS_REPORT: report });
  const lines = fs.readFileSync(report, "utf8").split("\n");
  fs.rmSync(folder, { recursive: true });
  return { reports: lines.filter((line) => line !== "").map(parseReport), code };
}

/** @param {string} line */
const parseReport = (line) => /** @type {FileReport} */ (JSON.parse(line));

/** @param {string} file @param {string[]} args @param {Record<string, string>} [env] @returns {Promise<number>} */
function exitCode(file, args, env = {}) {
  const PATH =
    path.dirname(path.isAbsolute(file) ? file : process.execPath) + path.delimiter + process.env.PATH;
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
