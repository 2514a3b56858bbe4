// `node gradlens.ts FOLDER THREADS`: the workload of the folder in this engine. Variants: `wasm`, and `scalar`, the plain loops.
import { type Backend, scalarBackend } from "../../src/engine/runtime/backend.ts";
import { prepare, type PrepareOptions } from "../../src/worker/prepare.ts";
import { location } from "../problem.ts";
import { wasm } from "../wasm.ts";
import { readProblem } from "./given.ts";
import { serve } from "./serve.ts";

const [folder = ".", threads = "1"] = process.argv.slice(2);
const { spec } = readProblem(folder);

const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => wasm(Number(threads)),
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
  return {
    async reset() {
      steps?.return(undefined); // lets its threads go
      steps = (await prepare(spec, location, { backend, ...options })).steps();
    },
    step() {
      const next = steps?.next();
      if (!next || next.done) throw new Error("the training ended: a number is not finite");
      return next.value.loss;
    },
  };
});
