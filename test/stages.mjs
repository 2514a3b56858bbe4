// The stages of `npm test`, in their order.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureNewestNode } from "../tools/vscode/install.mjs";
import { tallyOfCommand, tallyOfFiles } from "./tally.mjs";

const test = import.meta.dirname;
const repo = path.resolve(test, "..");
const reporter = path.join(test, "support", "fileReporter.mjs");

/** A test that takes longer hangs. */
const TEST_TIMEOUT_MS = 300_000;
/** Files at a time, but windows. */
const AT_A_TIME = os.availableParallelism();

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
  { name: "ui", needs: "build", run: () => nodeTests(testFiles("ui/*.test.ts"), ["--test-concurrency=1"]) },
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
const nodeTests = (files, flags = [], node = process.execPath) =>
  reportingTests(
    files,
    [
      ...["--test", `--test-timeout=${TEST_TIMEOUT_MS}`, `--test-concurrency=${AT_A_TIME}`, ...flags],
      ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
      ...[`--test-reporter=${reporter}`, "--test-reporter-destination=stderr"],
      ...files.map((file) => path.join("test", file)),
    ],
    {},
    node,
  );

/**
 * Runs Node on tests that write their reports to the file GRADLENS_REPORT.
 * @param {string[]} files @param {string[]} args @param {Record<string, string>} [env] @param {string} [node]
 */
async function reportingTests(files, args, env = {}, node = process.execPath) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-report-"));
  const report = path.join(folder, "report.jsonl");
  fs.writeFileSync(report, "");
  const code = files.length === 0 ? 0 : await exitCode(node, args, { ...env, GRADLENS_REPORT: report });
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
