// `node gradlens.ts FOLDER THREADS`: the workload of the folder in this engine. Variants: `wasm`, and `scalar`, the plain loops.
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { prepare, type PrepareOptions } from "../../src/worker/prepare.ts";
import { location } from "../problem.ts";
import { wasm } from "../wasm.ts";
import { readProblem } from "./given.ts";
import { serve } from "./serve.ts";

const [folder = ".", threads = "1"] = process.argv.slice(2);
const { spec } = readProblem(folder);

/** Whether threads help has been measured. */
let isTuned = false;
const TUNED_MS = 3000;

const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => wasm(Number(threads), (path) => (isTuned = path === "threads" || path === "one thread")),
  scalar: () => scalarBackend,
};

/** What each kind of statistics asks of the engine. */
const observation: Readonly<Record<string, PrepareOptions>> = {
  full: {},
  none: { statistics: false },
};

await serve(({ variant, statistics }) => {
  const backend = backends[variant]?.();
  const options = observation[statistics];
  if (!backend) throw new Error(`no variant "${variant}"`);
  if (!options) throw new Error(`no statistics "${statistics}"`);
  let steps: ReturnType<Awaited<ReturnType<typeof prepare>>["steps"]> | undefined;
  const step = (): number => {
    const next = steps?.next();
    if (!next || next.done) throw new Error("the training ended: a number is not finite");
    return next.value.loss;
  };
  return {
    async reset() {
      isTuned = false;
      steps?.return(undefined); // lets its threads go
      steps = (await prepare(spec, location, { backend, ...options })).steps();
    },
    step,
    settle() {
      const started = performance.now();
      while (threads !== "1" && !isTuned && performance.now() - started < TUNED_MS) step();
    },
  };
});
