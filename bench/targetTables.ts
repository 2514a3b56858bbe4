import { stepFlops } from "./flops.ts";
import { against, figure, percent, table } from "./markdown.ts";
import { median } from "./median.ts";
import { specOf } from "./problem.ts";
import { type Mode, type Torch, TORCHES } from "./programs.ts";
import { countedRates, type Measured, medianRate, type Series } from "./results.ts";
import {
  againstJavaScript,
  bestOfTwo,
  leastShare,
  ofAnyWay,
  oneThread,
  oursOn,
  oursPlain,
  reached,
  SET_BY_MODULES,
  type Target,
  targetsOf,
  theirBest,
} from "./targets.ts";
import { modelFile, type WorkloadName } from "./workloads.ts";

export type Row = readonly [WorkloadName, Measured];

export function targetTable(mode: Mode, rows: readonly Row[]): string {
  const line = (what: string, target: Target): string[] => [
    what,
    ...rows.map(([name, measured]) => {
      const value = reached(target, mode, measured, name);
      return target.least ? against(value, target.least[name], "least") : figure(value);
    }),
  ];
  const measured = TORCHES.filter((torch) =>
    rows.some(([, { series }]) => series.some(({ peer }) => peer === torch)),
  );
  return table(
    ["against", ...rows.map(([name]) => name)],
    [
      ...measured.flatMap((torch) => [
        ...targetsOf(torch).map((target) => line(`${torch}: ${target.what}`, target)),
        anyWayRow(torch, mode, rows),
        mostRow(torch, oneThread(torch), 1, mode, rows),
        mostRow(torch, bestOfTwo(torch), 2, mode, rows),
      ]),
      line(againstJavaScript.what, againstJavaScript),
    ],
  );
}

const anyWayRow = (torch: Torch, mode: Mode, rows: readonly Row[]): string[] => [
  `${torch}: its best, one thread each, with the whole step as one compiled function, for which no target was set`,
  ...rows.map(([name, measured]) =>
    SET_BY_MODULES.includes(name) ? figure(reached(ofAnyWay(torch), mode, measured, name)) : "",
  ),
];

/** Bits of the vectors of each mode. */
const BITS: Readonly<Record<Mode, number>> = { GradLens: 128, "GradLens, own process": 256 };

/** What vectors so long allow on so many cores, whatever the program. */
const mostRow = (torch: Torch, target: Target, cores: number, mode: Mode, rows: readonly Row[]): string[] => [
  `${torch}: ${target.what}, if every multiply-add ran at the peak of ${BITS[mode]} bits of ${cores === 1 ? "one core" : `${cores} cores`}, and nothing else took time`,
  ...rows.map(([name, measured]) => {
    const theirs = theirBest(target, measured, name);
    const flops = stepFlops(specOf(modelFile(name)));
    const most = (round: number): number => ((cores * BITS[mode]) / 128 / flops) * measured.peak[round] * 1e9;
    return theirs ? figure(median(countedRates(theirs).map((rate, round) => most(round) / rate))) : "–";
  }),
];

export const PEAK =
  "One thread. FLOP: two for each multiply-add of matrix products, forward and backward. The peak is that of a loop of fused multiply-adds in registers, with vectors of 128 bits, in every round.";

export function peakTable(mode: Mode, rows: readonly Row[]): string {
  const cells = rows.map(([name, measured]) => {
    const flops = stepFlops(specOf(modelFile(name)));
    const share = (series: Series | undefined) =>
      series && median(countedRates(series).map((rate, i) => (rate * flops * 1e-9) / measured.peak[i]));
    const [full, plain] = [oursOn(1, mode, measured), oursPlain(mode, measured)];
    return [
      `${name}`,
      figure(flops * 1e-6),
      figure(median(measured.peak)),
      full ? figure(medianRate(full) * flops * 1e-9) : "–",
      percent(share(full)),
      against(share(plain), leastShare(name), "least", percent),
    ];
  });
  const head = [
    mode,
    "MFLOP a step",
    "peak of 128 bits, GFLOP/s",
    "GFLOP/s",
    "of that peak",
    "plain step of that peak",
  ];
  return table(head, cells);
}
