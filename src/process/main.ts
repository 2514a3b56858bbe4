import { Worker } from "node:worker_threads";
import { THREAD_LIMITS } from "./threadLimits.ts";

/*
 * Entry of a process of its own for the engine: it starts the thread that its argument names, the same as in the editor's
 * process and with the arguments that follow, and passes messages on. It computes nothing, so that it hears at once that the editor is gone, and ends.
 */
const [, , file, ...rest] = process.argv;
if (!process.send || file === undefined) throw new Error("this is the entry of a child process");

const worker = new Worker(file, { name: "gradlens", argv: rest, resourceLimits: THREAD_LIMITS });
worker.on("message", (message: unknown) => process.send?.(message));
worker.on("error", (error) => {
  throw error; // which writes it down, and ends this process
});
worker.on("exit", (code) => process.exit(code));

process.on("message", (message) => worker.postMessage(message));
process.on("disconnect", () => process.exit());
