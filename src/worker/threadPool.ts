import { Worker } from "node:worker_threads";
import type { ThreadPool } from "../engine/runtime/threadGroup.ts";

/** A thread that has had nothing to do for so long, in milliseconds, is ended, and its memory given back. */
const IDLE_MS = 5000;

interface Idle {
  readonly worker: Worker;
  readonly end: NodeJS.Timeout;
}

/** Threads of this process that have nothing to do. They do not keep it alive. */
const idle: Idle[] = [];

/** Threads of this process that help, or are ready to. */
let alive = 0;

export const threadsAlive = (): number => alive;

function start(file: string, idleMs: number): Worker {
  const worker = new Worker(file, { name: "gradlens kernels" });
  alive++;
  worker.once("exit", () => alive--);
  worker.on("message", () => rest(worker, idleMs));
  worker.unref(); // after the listener, which would hold on to the worker again
  return worker;
}

function rest(worker: Worker, idleMs: number): void {
  const end = setTimeout(() => {
    idle.splice(
      idle.findIndex((one) => one.worker === worker),
      1,
    );
    void worker.terminate();
  }, idleMs);
  end.unref();
  idle.push({ worker, end });
}

/** The one that has rested for the shortest time: the others come to their end. */
function takeIdle(): Worker | undefined {
  const found = idle.pop();
  clearTimeout(found?.end);
  return found?.worker;
}

/** `count` threads, this one among them; the others run `file`. */
export const threads = (count: number, file: string, idleMs = IDLE_MS): ThreadPool => ({
  count,
  start(job) {
    (takeIdle() ?? start(file, idleMs)).postMessage(job);
  },
});
