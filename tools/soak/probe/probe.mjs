// An extension that measures the extension host from inside: beside GradLens for as long as the soak takes, and no part of it.
import fs from "node:fs";
import threads from "node:worker_threads"; // the object that `require` gives, too

const EVERY_MS = 1000;

/** Threads that GradLens has started: they live in this process, and only their owner can ask for their heap. */
/** @type {Set<import("node:worker_threads").Worker>} */
const workers = new Set();
const { Worker } = threads;
threads.Worker = class extends Worker {
  /** @param {ConstructorParameters<typeof Worker>} args */
  constructor(...args) {
    super(...args);
    workers.add(this);
    this.once("exit", () => workers.delete(this));
  }
};

export function activate() {
  const file = process.env["GRADLENS_SOAK_LOG"];
  if (file === undefined) return;
  setInterval(() => void measure(file), EVERY_MS).unref();
}

/** @param {string} file */
async function measure(file) {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const heaps = await Promise.all(
    [...workers].map((worker) => worker.getHeapStatistics().catch(() => undefined)),
  );
  const worker = heaps.reduce((sum, heap) => sum + (heap?.used_heap_size ?? 0), 0);
  const workerTotal = heaps.reduce((sum, heap) => sum + (heap?.total_heap_size ?? 0), 0);
  const heap = { heapTotal, heapUsed, external, arrayBuffers, worker, workerTotal };
  const line = { pid: process.pid, at: Date.now(), rss, ...heap };
  fs.appendFileSync(file, `${JSON.stringify({ ...line, threads: workers.size })}\n`);
}
