// `node gradlens.ts FOLDER`: the workload of the folder in this engine. Variants: `wasm`, and `scalar`, the plain loops.
import { type Backend, scalarBackend } from "../../src/engine/backend.ts";
import { prepare, type PrepareOptions } from "../../src/worker/prepare.ts";
import { location } from "../problem.ts";
import { wasm } from "../wasm.ts";
import { readProblem } from "./given.ts";
import { serve } from "./serve.ts";

const { spec } = readProblem(process.argv[2] ?? ".");

const backends: Readonly<Record<string, () => Backend>> = {
  wasm,
  scalar: () => scalarBackend,
};

/** What each kind of statistics asks of the engine. */
const observation: Readonly<Record<string, PrepareOptions>> = {
  full: {},
};

await serve(({ variant, statistics }) => {
  const backend = backends[variant]?.();
  const options = observation[statistics];
  if (!backend) throw new Error(`no variant "${variant}"`);
  if (!options) throw new Error(`no statistics "${statistics}"`);
  let steps: ReturnType<Awaited<ReturnType<typeof prepare>>["steps"]>;
  return {
    async reset() {
      steps = (await prepare(spec, location, { backend, ...options })).steps();
    },
    step() {
      const { done, value } = steps.next();
      if (done) throw new Error("the training ended: a number is not finite");
      return value.loss;
    },
  };
});
