import { Worker } from "node:worker_threads";
import type { Threads } from "../engine/kernels/wasm/team.ts";

/** Threads of this process that have nothing to do. They do not keep it alive. */
const idle: Worker[] = [];

function start(file: string): Worker {
  const worker = new Worker(file, { name: "gradlens kernels" });
  worker.on("message", () => idle.push(worker));
  worker.unref(); // after the listener, which would hold on to the worker again
  return worker;
}

/** `count` threads, this one among them; the others run `file`. */
export const threads = (count: number, file: string): Threads => ({
  count,
  hire(job) {
    (idle.pop() ?? start(file)).postMessage(job);
  },
});
