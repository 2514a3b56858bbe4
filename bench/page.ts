import { readFileSync } from "node:fs";
import { join } from "node:path";
import { editorTable, panelTable, probeTable } from "./editorTables.ts";
import { against, figure, percent, table } from "./markdown.ts";
import { median } from "./median.ts";
import { collapsed, medianRate, ratio, type Results } from "./results.ts";
import type { Tables } from "./tables.ts";
import { PEAK, peakTable, type Row, targetTable } from "./targetTables.ts";
import { oursOn } from "./targets.ts";
import type { WholeRun } from "./wholeRuns.ts";
import { workloadNames, workloads } from "./workloads.ts";

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
