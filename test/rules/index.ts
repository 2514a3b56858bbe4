/* `npm run rules:table`: trains every labelled model with three seeds, and writes docs/rules.md. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { format } from "prettier";
import { writeData } from "./data.ts";
import { judge, type Judged } from "./judge.ts";
import { labelled } from "./labelled.ts";
import { page } from "./page.ts";

const SEEDS = [0, 1, 2];

interface Part {
  readonly folder: string;
  readonly part: number;
  readonly of: number;
}

/** One in so many models, for a quick look: `npm run rules:table -- --every 10`. Writes nothing then. */
const everyAt = process.argv.indexOf("--every");
const every = everyAt < 0 ? 1 : Number(process.argv[everyAt + 1]);

async function all(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-rules-"));
  writeData(folder);
  const workers = Math.max(1, Math.min(4, availableParallelism()));
  try {
    const parts = Array.from({ length: workers }, (_, part) => inWorker({ folder, part, of: workers }));
    const runs = (await Promise.all(parts)).flat();
    const file = resolve(import.meta.dirname, "../../docs/rules.md");
    const text = await format(page(runs), { parser: "markdown", printWidth: 110 });
    if (every === 1) writeFileSync(file, text);
    console.log(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const inWorker = (part: Part): Promise<readonly Judged[]> =>
  new Promise((done, failed) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part, argv: process.argv.slice(2) });
    worker.once("message", done);
    worker.once("error", failed);
  });

async function some({ folder, part, of }: Part): Promise<void> {
  // The kernels are looked for beside the program, which here is a test.
  process.argv[1] = resolve(import.meta.dirname, "../../src/cli.ts");
  const runs: Judged[] = [];
  const mine = labelled.filter((_, i) => i % every === 0).filter((_, i) => i % of === part);
  for (const one of mine) for (const seed of SEEDS) runs.push(await judge(one, seed, folder));
  parentPort?.postMessage(runs);
}

if (isMainThread) await all();
else await some(workerData as Part);
