import { type OptimizerKernels, UPDATE } from "../../kernels/optimizers.ts";
import { reads, readsDoubles, writes, writesDoubles } from "../touches.ts";
import type { Rule, Rules } from "./rule.ts";

/** An optimizer over n elements at the places from argument 1 up to `hyper`, all of which it may write. */
const optimizer = (hyper: number): Rule => ({
  touches: (args) => [
    ...args.slice(1, hyper).flatMap((at, i) => (i === 1 ? reads(at, args[0]) : writes(at, args[0]))),
    ...readsDoubles(args[hyper], 16),
    ...writesDoubles(args[hyper + 1], UPDATE.length),
  ],
});

export const optimizers: Rules<keyof OptimizerKernels> = {
  sgd: optimizer(4),
  adam: optimizer(6),
  rmsprop: optimizer(6),
  adagrad: optimizer(4),
};
