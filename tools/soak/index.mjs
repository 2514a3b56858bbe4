#!/usr/bin/env node
// `npm run soak -- --minutes 30`: a tiny model at full speed in a real VS Code, its panel visible, hidden and moved between
// side bar and editor in turns, and run again now and then. Prints what the extension host, the training thread and the
// webview hold, and whether the extension host's memory levels off. Needs a build.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { onNode24 } from "../node24.mjs";
import { slopeOf, verdictOf } from "./slope.mjs";

await onNode24();
process.env.GRADLENS_CHROMIUM_ARGS ??= "--enable-precise-memory-info";
const { Workbench } = await import("../vscode/workbench.mjs");

const repo = path.resolve(import.meta.dirname, "..", "..");
const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes ${values.minutes}: expected a number above 0`);
  process.exit(2);
}

const FILE = "soak.gradlens.json";
const MB = 1e6;
const PHASE_MS = 15_000;
const SAMPLE_MS = 5_000;
/** A run goes on over so many phases before it is run again. */
const PHASES_A_RUN = 6;
/** What a process may grow by without being said to, in MB a minute: 60 MB in an hour. */
const ALLOWED = 1;

const model = {
  input: [2],
  layers: [{ type: "Linear", out_features: 8 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
  loss: "BCEWithLogitsLoss",
  optimizer: { type: "SGD", lr: 0.01 },
  data: { type: "xor", samples: 100, validation: 0.2 },
  train: { steps: 100_000_000, batch_size: 16, validate_every: 100 },
};

/**
 * @typedef {object} Probe what tools/soak/probe writes
 * @property {number} pid
 * @property {number} rss
 * @property {number} heapTotal
 * @property {number} heapUsed
 * @property {number} external
 * @property {number} arrayBuffers
 * @property {number} worker
 * @property {number} workerTotal
 *
 * @typedef {object} Sample in MB
 * @property {number} minute
 * @property {string} phase
 * @property {string} run what the status bar says of it
 * @property {number} resident of the extension host
 * @property {number} own what of it no other process shares
 * @property {number} heap
 * @property {number} pages what V8 keeps of the system's memory for the extension host's heap, in use or not
 * @property {number} external
 * @property {number} arrayBuffers
 * @property {number} worker of all threads
 * @property {number} workerPages
 * @property {number} webview
 */

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-soak-"));
const log = path.join(scratch, "probe.jsonl");
const workbench = await open();
/** @type {Sample[]} */
const samples = [];

async function open() {
  const folder = path.join(scratch, "workspace");
  fs.mkdirSync(folder);
  fs.writeFileSync(
    path.join(folder, FILE),
    JSON.stringify({ version: 1, models: { soak: model } }, undefined, 2),
  );
  const extensionsDir = path.join(scratch, "extensions");
  fs.cpSync(path.join(import.meta.dirname, "probe"), path.join(extensionsDir, "gradlens-soak.probe-0.0.1"), {
    recursive: true,
  });
  return Workbench.open({
    userDataDir: path.join(scratch, "user-data"),
    extensionsDir,
    folder,
    openFile: path.join(folder, FILE),
    extensionDevelopmentPath: repo,
    env: { GRADLENS_SOAK_LOG: log },
  });
}

async function soak() {
  await workbench.codeLenses(FILE).filter({ hasText: "▶ Run" }).first().waitFor();
  await workbench.focusView("GradLens", "Gradients");
  const started = Date.now();
  for (let phase = 0; Date.now() - started < minutes * 60_000; phase++) {
    const { name, enter } = PHASES[phase % PHASES.length] ?? { name: "", enter: async () => {} };
    await enter();
    if (phase % PHASES_A_RUN === 0)
      await workbench.runCommand(`GradLens: ${phase === 0 ? "Run Model" : "Run Again"}`);
    for (const end = Date.now() + PHASE_MS; Date.now() < end;) {
      await delay(SAMPLE_MS);
      show(await sample(name, (Date.now() - started) / 60_000));
    }
  }
}

/** The ways in which a panel is looked at, one after the other. */
const PHASES = [
  { name: "secondary side bar", enter: () => workbench.focusView("GradLens", "Gradients") },
  { name: "hidden", enter: () => workbench.page.keyboard.press("Control+Alt+B") },
  { name: "editor", enter: () => workbench.runCommand("GradLens: Open Panel in Editor") },
  { name: "both", enter: () => workbench.focusView("GradLens", "Gradients") },
  {
    name: "closed",
    enter: async () => {
      const tab = workbench.page.locator(".tabs-container .tab", { hasText: "Gradients" });
      await tab.click({ button: "middle" });
      await workbench.page.keyboard.press("Control+Alt+B");
    },
  },
];

/** @param {string} phase @param {number} minute @returns {Promise<Sample>} */
async function sample(phase, minute) {
  const probe = lastProbe();
  const rollup = fs.readFileSync(`/proc/${probe.pid}/smaps_rollup`, "utf8");
  const own = ["Private_Clean", "Private_Dirty"].reduce((sum, name) => sum + kilobytes(rollup, name), 0);
  return {
    minute,
    phase,
    run: (await workbench.page.locator(".statusbar-item", { hasText: "soak:" }).first().innerText()).trim(),
    resident: (kilobytes(rollup, "Rss") * 1024) / MB,
    own: (own * 1024) / MB,
    heap: probe.heapUsed / MB,
    pages: probe.heapTotal / MB,
    external: probe.external / MB,
    arrayBuffers: probe.arrayBuffers / MB,
    worker: probe.worker / MB,
    workerPages: probe.workerTotal / MB,
    webview: (await webviewHeap()) / MB,
  };
}

/** @returns {Probe} */
function lastProbe() {
  const line = fs.readFileSync(log, "utf8").trimEnd().split("\n").at(-1) ?? "";
  return /** @type {Probe} */ (JSON.parse(line));
}

/** @param {string} rollup @param {string} name */
const kilobytes = (rollup, name) => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(rollup)?.[1] ?? NaN);

/** Bytes of JavaScript that the panels' pages hold, where any is shown. */
async function webviewHeap() {
  const heaps = workbench.page.frames().map((frame) =>
    frame.evaluate(() => {
      const memory = /** @type {{ memory?: { usedJSHeapSize: number } }} */ (performance).memory;
      return document.querySelector("#app") ? (memory?.usedJSHeapSize ?? 0) : 0;
    }),
  );
  const settled = await Promise.allSettled(heaps);
  return Math.max(0, ...settled.map((one) => (one.status === "fulfilled" ? one.value : 0)));
}

/** @param {Sample} one */
function show(one) {
  if (samples.length % 24 === 0)
    console.log(
      "minute  panel     resident  own     heap    pages   external  buffers  worker   pages  webview  (MB)",
    );
  samples.push(one);
  const { minute, phase, resident, own, heap, pages, external, arrayBuffers, run } = one;
  const figures = [
    resident,
    own,
    heap,
    pages,
    external,
    arrayBuffers,
    one.worker,
    one.workerPages,
    one.webview,
  ];
  console.log(
    minute.toFixed(1).padStart(6),
    phase.padEnd(9),
    ...figures.map((figure) => figure.toFixed(1).padStart(8)),
    run.replace(/^.*?soak: /, " "),
  );
}

function report() {
  const half = samples.filter(({ minute }) => minute >= minutes / 2);
  const phases = Math.max(3, Math.round(((minutes / 2) * 60_000) / PHASE_MS));
  console.log(`\nOver the second half of ${minutes} minutes, ${half.length} samples:`);
  for (const [what, of] of /** @type {const} */ ([
    ["resident", (/** @type {Sample} */ one) => one.resident],
    ["own", (/** @type {Sample} */ one) => one.own],
    ["heap", (/** @type {Sample} */ one) => one.heap],
    ["pages", (/** @type {Sample} */ one) => one.pages],
    ["buffers", (/** @type {Sample} */ one) => one.arrayBuffers],
    ["worker", (/** @type {Sample} */ one) => one.worker],
    ["its pages", (/** @type {Sample} */ one) => one.workerPages],
    ["webview", (/** @type {Sample} */ one) => one.webview],
  ])) {
    const points = half.map((one) => /** @type {const} */ ([one.minute, of(one)])).filter(([, y]) => y > 0);
    if (points.length < 3) continue;
    // V8 keeps pages until it gives many back at once: while it does not, a slope says less than how high it gets.
    const [earlier, later] = [samples.slice(0, -half.length), half].map((some) => Math.max(...some.map(of)));
    const highest = `highest ${later?.toFixed(0)} MB, in the first half ${earlier?.toFixed(0)}`;
    console.log(`${what.padEnd(10)}${verdictOf(slopeOf(points, phases), ALLOWED)}; ${highest}`);
  }
}

try {
  await soak();
} finally {
  await workbench.close();
  fs.rmSync(scratch, { recursive: true, force: true });
}
report();
