import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EditorFigures, Loop, ProbeFigures } from "./editor.ts";
import { stepFlops } from "./flops.ts";
import { against, figure, percent, table } from "./markdown.ts";
import { median } from "./median.ts";
import type { PanelFigures, Spread } from "./panel.ts";
import type { Mode, Torch } from "./programs.ts";
import { specOf } from "./problem.ts";
import {
  collapsed,
  countedRates,
  fastest,
  type Measured,
  medianRate,
  ratio,
  type Results,
  type Series,
} from "./results.ts";
import type { Tables } from "./tables.ts";
import {
  againstJavaScript,
  leastShare,
  oneThread,
  oursOn,
  oursPlain,
  reached,
  type Target,
  targetsOf,
} from "./targets.ts";
import type { WholeRun } from "./wholeRuns.ts";
import { modelFile, workloadNames, type WorkloadName, workloads } from "./workloads.ts";

type Row = readonly [WorkloadName, Measured];

const notes = (file: string): string =>
  readFileSync(join(import.meta.dirname, "notes", file), "utf8").trimEnd();

/** `docs/benchmarks.md`: what was measured, between what is written by hand in `notes/`. */
export function page({ workloads: all, runs, tables, editor, probe, panel }: Results): string {
  const rows = workloadNames.flatMap((name): Row[] => {
    const measured = all[name];
    return measured ? [[name, measured]] : [];
  });
  const parts = [
    notes("method.md"),
    machines(rows),
    "## Targets\n\nHow many times as many steps a second GradLens makes; in brackets the target, and bold where it is reached.",
    "In the editor as it is, in a thread of the extension host, with vectors of 128 bits (`gradlens.engine.process: host`):",
    targetTable("GradLens", rows),
    "In a process of its own, with vectors of 256 bits (`own`), as `gradlens run` where that pays:",
    targetTable("GradLens, own process", rows),
    notes("targets.md"),
    ...(runs ? ["## Whole runs", notes("runs.md"), runsTable(runs)] : []),
    "## The engine's own limits",
    PEAK,
    ...(["GradLens", "GradLens, own process"] as const).map((mode) => peakTable(mode, rows)),
    ...(tables ? ownTables(tables) : []),
    ...(editor ? ["## The editor", notes("editor.md"), editorTable(editor)] : []),
    ...(probe ? [notes("probe.md"), probeTable(probe)] : []),
    ...(panel ? ["## The panel", notes("panel.md"), panelTable(panel)] : []),
    "## Every workload",
    ...rows.flatMap(details),
  ];
  return `${parts.join("\n\n")}\n`;
}

function machines(rows: readonly Row[]): string {
  const groups = Object.entries(Object.groupBy(rows, ([, { machine }]) => machine));
  const named = groups.map(([machine, group = []]) =>
    groups.length === 1 ? machine : `${machine} (${group.map(([name]) => name).join(", ")})`,
  );
  return `Measured on: ${named.join("; ")}. ${rows.map(([name, { series }]) => `${name} ${series[0]?.rates.length ?? 0}`).join(", ")} rounds.`;
}

const TORCHES: readonly Torch[] = ["PyTorch", "PyTorch, 256 bits"];

function targetTable(mode: Mode, rows: readonly Row[]): string {
  const line = (what: string, target: Target): string[] => [
    what,
    ...rows.map(([name, measured]) => against(reached(target, mode, measured), target.least[name], "least")),
  ];
  const measured = TORCHES.filter((torch) =>
    rows.some(([, { series }]) => series.some(({ peer }) => peer === torch)),
  );
  return table(
    ["against", ...rows.map(([name]) => name)],
    [
      ...measured.flatMap((torch) => [
        ...targetsOf(torch).map((target) => line(`${torch}: ${target.what}`, target)),
        mostRow(torch, mode, rows),
      ]),
      line(againstJavaScript.what, againstJavaScript),
    ],
  );
}

/** Of each mode, as many times the peak of 128 bits as its vectors are longer. */
const BITS: Readonly<Record<Mode, number>> = { GradLens: 128, "GradLens, own process": 256 };

/** What vectors so long allow, whatever the program. */
const mostRow = (torch: Torch, mode: Mode, rows: readonly Row[]): string[] => [
  `${torch}: its best, one thread each, if every multiply-add ran at the peak of ${BITS[mode]} bits, and nothing else took time`,
  ...rows.map(([name, measured]) => {
    const theirs = fastest(measured.series.filter(oneThread(torch).theirs));
    const flops = stepFlops(specOf(modelFile(name)));
    const most = (round: number): number => ((BITS[mode] / 128) * measured.peak[round] * 1e9) / flops;
    return theirs ? figure(median(countedRates(theirs).map((rate, round) => most(round) / rate))) : "–";
  }),
];

/** The median time of each way, and in brackets the longest. */
function runsTable(runs: readonly WholeRun[]): string {
  const ways = [...new Set(runs.flatMap(({ seconds }) => Object.keys(seconds)))];
  return table(
    ["seconds", ...runs.map(({ name, steps }) => `${name}, ${figure(steps)} steps`)],
    ways.map((way) => [
      way,
      ...runs.map(({ seconds }) => {
        const times = seconds[way] ?? [];
        return times.length > 0 ? `${figure(median(times))} (${figure(Math.max(...times))})` : "–";
      }),
    ]),
  );
}

const PEAK =
  "One thread. FLOP: two for each multiply-add of matrix products, forward and backward. The peak is that of a loop of fused multiply-adds in registers, with vectors of 128 bits, in every round.";

function peakTable(mode: Mode, rows: readonly Row[]): string {
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

/** Of the model whose compilation is to be quick. */
const LAYERS = 1000;

function ownTables({ first, gemm, overhead, growths, arenas, sizes }: Tables): string[] {
  const megabytes = (bytes: number): string => figure(bytes / 2 ** 20);
  const deep = growths[0]?.points.find(({ size }) => 2 * size === LAYERS);
  return [
    table(
      ["product of matrices", ...gemm.map(({ size }) => `${size}³`)],
      [
        ["GFLOP/s", ...gemm.map(({ gflops }) => figure(gflops))],
        [
          "of the peak of 128 bits",
          ...gemm.map(({ gflops, peak }) => against(gflops / peak, 0.85, "least", percent)),
        ],
      ],
    ),
    table(
      ["", "ms"],
      [
        [
          "text of a 50-layer MLP of width 64 to the first step's figures, warm",
          against(first.warmMs, 50, "most"),
        ],
        ["the same by a cold command", against(first.coldMs, 400, "most")],
        [
          `from a model of ${LAYERS} layers, ${LAYERS / 2} × (Linear 32 + ReLU), to where its first step can be made`,
          against(deep?.compileMs, 200, "most"),
        ],
      ],
    ),
    "What statistics add to the time of a plain step, on one thread. Histograms, and the gradient of the input, which only the first layer's gain needs, are computed at every k-th step: k is 1 where everything together is estimated at no more than 15 %, else such that they take 3 %.",
    table(
      ["", ...overhead.map(({ name }) => name)],
      [
        [
          "without histograms",
          ...overhead.map(({ name, withoutSampled }) =>
            against(withoutSampled, name === "W3" ? 0.12 : 0.08, "most", percent),
          ),
        ],
        ["everything", ...overhead.map(({ everything }) => against(everything, 0.15, "most", percent))],
        ["k", ...overhead.map(({ every }) => String(every))],
        ["everything, were k 1", ...overhead.map(({ atEveryStep }) => percent(atEveryStep))],
      ],
    ),
    "Microseconds of a step with every statistic, as one quantity of a model grows, and what that is for each unit of it:",
    ...growths.map(({ what, points }) =>
      table(
        [what, ...points.map(({ size }) => String(size))],
        [
          ["µs a step", ...points.map(({ stepUs }) => figure(stepUs))],
          ["µs a step and unit", ...points.map(({ stepUs, size }) => figure(stepUs / size))],
          ["GFLOP/s", ...points.map(({ gflops }) => figure(gflops))],
          ["ms to compile", ...points.map(({ compileMs }) => figure(compileMs))],
        ],
      ),
    ),
    table(
      ["memory", ...arenas.map(({ name }) => name)],
      [
        ["arena, MB", ...arenas.map(({ arena }) => megabytes(arena))],
        [
          "parameters, gradients, optimizer state, activations that backward reads, MB",
          ...arenas.map(({ needed }) => megabytes(needed)),
        ],
        ["ratio", ...arenas.map(({ arena, needed }) => against(arena / needed, 1.3, "most"))],
      ],
    ),
    `Sizes: ${Object.entries(sizes)
      .map(([file, kilobytes]) => `\`${file}\` ${kilobytes} KB`)
      .join(", ")}.`,
  ];
}

function editorTable({ rows }: EditorFigures): string {
  const longest = (times: readonly number[]): string => figure(Math.max(...times));
  const cells = rows.flatMap(({ models, layersOfEach, characters, lensesMs, answers, loop, without }) => {
    const name = `${models} × ${figure(layersOfEach)} layers, ${figure(characters / 1e6)} MB`;
    const delays = ({ idle, busy, stalls }: Loop, p99: string): readonly string[] => [
      `${figure(idle.p50)}, ${figure(idle.p99)}, ${figure(idle.max)}`,
      `${figure(busy.p50)}, ${p99}, ${figure(busy.max)}`,
      `${figure(median(stalls))}, ${longest(stalls)}`,
    ];
    const answer = `${figure(median(answers))}, ${longest(answers)}`;
    return [
      [name, figure(lensesMs), answer, ...delays(loop, against(loop.busy.p99, MOST_P99_MS, "most"))],
      ["the same under another name", "", "", ...delays(without, figure(without.busy.p99))],
    ];
  });
  const head = [
    "ms",
    "opened to all lenses",
    "edit to diagnostics: median, longest",
    "loop's delay while nobody edits: p50, p99, longest",
    "while somebody edits",
    "longest delay of each edit: median, longest",
  ];
  return table(head, cells);
}

function probeTable({ layers, alone, typed }: ProbeFigures): string {
  const cells = (times: readonly number[]): string => {
    const middle = against(median(times), MOST_PROBE_MS, "most");
    return `${middle}, ${figure(Math.max(...times))}`;
  };
  const rows = Object.entries({
    "an edit that comes alone": alone,
    "the last of a word that is typed": typed,
  });
  const head = [`ms, median and longest, from an edit of ${layers} layers`, "lenses", "gutter", "findings"];
  return table(
    head,
    rows.map(([name, { lenses, gutter, findings }]) => [name, cells(lenses), cells(gutter), cells(findings)]),
  );
}

/** What a probe shows is to be there so soon after an edit. */
const MOST_PROBE_MS = 300;

/** How late the extension host's loop, which all extensions share, may be in the worst of a hundred turns. */
const MOST_P99_MS = 15;

function panelTable({ layers, steps, firstPaint, update, scrubbing, restored }: PanelFigures): string {
  const bounded = ({ p50, p95 }: Spread, most: number): readonly string[] => [
    figure(p50),
    against(p95, most, "most"),
  ];
  return table(
    [`ms, of ${layers} layers × ${figure(steps)} steps`, "p50", "p95"],
    [
      ["from the beginning of the page to the first picture with data", ...bounded(firstPaint, 500)],
      ["script of a live update, with all charts that it draws", ...bounded(update.script, 8)],
      ["all that the page's thread does for it", figure(update.all.p50), figure(update.all.p95)],
      ["from picture to picture while one goes through the steps", ...bounded(scrubbing, 1000 / 30)],
      [`${restored.runs} kept runs of this size read into the list`, ...bounded(restored, 300)],
    ],
  );
}

const INSTRUMENTATION = {
  none: "nothing",
  basic: "parameters' gradients",
  full: "everything",
  histograms: "histograms at every step",
} as const;

function details([name, measured]: Row): string[] {
  const rows = measured.series.map((series) => {
    const ours = oursOn(series.threads, "GradLens", measured);
    const left = collapsed(series).filter(Boolean).length;
    const way =
      series.statistics === series.instrumentation
        ? series.variant
        : `${series.variant}, ${series.statistics}`;
    return [
      series.peer,
      String(series.threads),
      INSTRUMENTATION[series.instrumentation],
      way,
      `${figure(medianRate(series))}${left ? ` (${left} rounds left out)` : ""}`,
      ours && ours !== series ? figure(ratio(ours, series)) : "",
    ];
  });
  const head = ["", "threads", "statistics", "how", "steps a second", "GradLens is so many times as fast"];
  const failed = measured.failed.map((line) => `* ${line}`).join("\n");
  return [
    `### ${name}: ${workloads[name].what}`,
    table(head, rows),
    ...(failed ? [`Not measured:\n\n${failed}`] : []),
  ];
}
