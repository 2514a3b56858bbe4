import { parentPort } from "node:worker_threads";
import { type Job, work } from "../engine/runtime/workerLoop.ts";

/*
 * Entry of a thread that helps to compute. It does one job at a time, asleep in between, and says when it is done.
 */
if (!parentPort) throw new Error("this is the entry of a worker thread");
const port = parentPort;

port.on("message", (job: Job) => {
  work(job);
  port.postMessage("done");
});
