import type { NormKernels } from "../../kernels/norms.ts";
import { reads, writes } from "../touches.ts";
import { moved, type Rule, type Rules, STRIP } from "./rule.ts";

/** All channels of a range whose first is argument `first`, and whose number is the next: a strip of them is one unit. */
const channelStrips = (first: number): Required<Pick<Rule, "units" | "part">> => ({
  units: (args) => Math.ceil(args[first + 1] / STRIP),
  part: (args, from, to) =>
    args.map((value, i) => {
      if (i === first) return value + from * STRIP;
      return i === first + 1 ? Math.min(to * STRIP, value) - from * STRIP : value;
    }),
});

export const norms: Rules<keyof NormKernels> = {
  batchNorm: {
    touches: ([
      batch,
      channels,
      inner,
      x,
      y,
      weight,
      bias,
      mean,
      rstd,
      runningMean,
      runningVar,
      ,
      ,
      first,
      count,
    ]) => [
      ...reads(x, batch * channels * inner),
      ...writes(y, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(bias, channels),
      ...[mean, rstd, runningMean, runningVar].flatMap((at) => (at < 0 ? [] : writes(at + first, count))),
    ],
    ...channelStrips(13),
  },
  batchNormGrad: {
    touches: ([batch, channels, inner, x, dy, weight, mean, rstd, dx, dweight, dbias, first, count]) => [
      ...reads(x, batch * channels * inner),
      ...reads(dy, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(mean, channels),
      ...reads(rstd, channels),
      ...writes(dx, batch * channels * inner),
      ...[dweight, dbias].flatMap((at) => (at < 0 ? [] : writes(at + first, count))),
    ],
    ...channelStrips(11),
  },
  groupNorm: {
    touches: ([batch, groups, channels, inner, x, y, weight, bias, mean, rstd]) => [
      ...reads(x, batch * channels * inner),
      ...writes(y, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(bias, channels),
      ...writes(mean, batch * groups),
      ...writes(rstd, batch * groups),
    ],
    units: ([batch]) => batch,
    part: moved(0, ([, groups, channels, inner]) => {
      const sample = channels * inner;
      return { 4: sample, 5: sample, 8: groups, 9: groups };
    }),
  },
  rmsNorm: {
    touches: ([rows, n, x, y, weight, rstd]) => [
      ...reads(x, rows * n),
      ...writes(y, rows * n),
      ...reads(weight, n),
      ...writes(rstd, rows),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n, 5: 1 })),
  },
};
