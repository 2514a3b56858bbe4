// `node editorRun.ts FILE MODEL PLACE`: runs a model as the editor does, by its worker: in a thread of this process (`host`) or in a
// process of its own (`own`), with messages about every figure, and ends with the run.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { engineHomes, type EngineProcess } from "../../src/process/engineHome.ts";
import { Rpc } from "../../src/protocol/rpc.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import type { WorkerCalls, WorkerEvents } from "../../src/protocol/worker.ts";

const [file = "", model = "", place = "host"] = process.argv.slice(2);
const worker = resolve(import.meta.dirname, "../../dist/worker.cjs");
const { promise: ended, resolve: end } = Promise.withResolvers<RunEnd>();

const home = engineHomes[place as EngineProcess](worker, {
  text: (text) => process.stderr.write(text),
  // After the run's own end this is ours.
  ended: (message) => end({ reason: "failed", message, steps: 0, elapsed_ms: 0 }),
});
const rpc = new Rpc<WorkerEvents, WorkerCalls>(home.port, {
  reading: () => undefined,
  frames: () => undefined,
  ended: end,
  path: () => undefined,
  computing: () => undefined,
  trial: () => undefined,
});
const source = { text: readFileSync(file, "utf8"), file, root: dirname(file) };
await rpc.call("start", { source, model, options: { threads: 2 } });
const { reason } = await ended;
await home.kill();
process.exit(reason === "completed" ? 0 : 1);
