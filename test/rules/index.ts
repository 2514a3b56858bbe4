/*
 * `npm run rules:table`: trains every labelled model with three seeds, tries fixes on the sick ones, and writes
 * docs/rules.md. `-- --only fixes`, or `runs`: one of the two, the other stays as the page has it. For a quick look, which writes
 * nothing: `-- --every 10`, one in so many models, and `-- --named rnn`, those whose names have this in them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { format } from "prettier";
import { writeData } from "./data.ts";
import { judge, type Judged } from "./judge.ts";
import { labelled, type Labelled } from "./labelled.ts";
import { page } from "./page.ts";
import { repair, repairable, type Repaired } from "./repair.ts";
import { repairs } from "./repairsPage.ts";

const SEEDS = [0, 1, 2];

interface Part {
  readonly folder: string;
  readonly part: number;
  readonly of: number;
}

interface Results {
  readonly runs: readonly Judged[];
  readonly repairs: readonly Repaired[];
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const every = Number(option("--every") ?? 1);
const named = option("--named") ?? "";
const only = option("--only");

/** What begins the part about fixes. */
const REPAIRS = /^## What .*Try Fixes.*$/m;

const file = resolve(import.meta.dirname, "../../docs/rules.md");

async function all(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-rules-"));
  writeData(folder);
  const workers = Math.max(1, Math.min(4, availableParallelism()));
  try {
    const parts = await Promise.all(
      Array.from({ length: workers }, (_, part) => inWorker({ folder, part, of: workers })),
    );
    const before = readFileSync(file, "utf8");
    const at = before.search(REPAIRS);
    const [oldRuns, oldRepairs] = at < 0 ? [before, ""] : [before.slice(0, at), before.slice(at)];
    const text = [
      only === "fixes" ? oldRuns : page(parts.flatMap(({ runs }) => runs)),
      only === "runs" ? oldRepairs : repairs(parts.flatMap((part) => part.repairs)),
    ].join("\n\n");
    const whole = await format(text, { parser: "markdown", printWidth: 110 });
    if (every === 1 && named === "") writeFileSync(file, whole);
    console.log(whole);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const inWorker = (part: Part): Promise<Results> =>
  new Promise((done, failed) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part, argv: process.argv.slice(2) });
    worker.once("message", done);
    worker.once("error", failed);
  });

async function some({ folder, part, of }: Part): Promise<void> {
  // The kernels are looked for beside the program, which here is a test.
  process.argv[1] = resolve(import.meta.dirname, "../../src/cli.ts");
  const mine = (list: readonly Labelled[]): readonly Labelled[] =>
    list
      .filter(({ name }) => name.includes(named))
      .filter((_, i) => i % every === 0)
      .filter((_, i) => i % of === part);
  const runs: Judged[] = [];
  const repaired: Repaired[] = [];
  if (only !== "fixes")
    for (const one of mine(labelled)) for (const seed of SEEDS) runs.push(await judge(one, seed, folder));
  if (only !== "runs") for (const one of mine(repairable)) repaired.push(await repair(one, folder));
  parentPort?.postMessage({ runs, repairs: repaired } satisfies Results);
}

if (isMainThread) await all();
else await some(workerData as Part);
