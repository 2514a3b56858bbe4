import { HIST_BINS } from "../../../protocol/frame.ts";
import { MOMENTS, type StatisticsKernels, SUMMARY } from "../../kernels/statistics.ts";
import { reads, writesDoubles } from "../touches.ts";
import type { Rule, Rules } from "./rule.ts";

/** One pass over n elements at `x` for figures at `out`, which depend on where it begins and ends. */
const sums = (figures: number, x = 1): Rule => ({
  touches: (args) => [...reads(args[x], args[0]), ...writesDoubles(args[args.length - 1], figures)],
});

export const statistics: Rules<keyof StatisticsKernels> = {
  moments: sums(MOMENTS.length),
  summary: sums(SUMMARY.length),
  sumSquares: sums(1),
  histogram: sums(HIST_BINS),
  outside: sums(1),
  deadUnits: {
    touches: ([outer, channels, inner, x, out]) => [
      ...reads(x, outer * channels * inner),
      ...writesDoubles(out, 1),
    ],
  },
};
