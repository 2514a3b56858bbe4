import type { EditorFigures, Loop, ProbeFigures } from "./editor.ts";
import { against, figure, table } from "./markdown.ts";
import { median } from "./median.ts";
import type { PanelFigures, Spread } from "./panel.ts";

export function editorTable({ rows }: EditorFigures): string {
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

export function probeTable({ layers, alone, typed }: ProbeFigures): string {
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

export function panelTable({ layers, steps, firstPaint, update, scrubbing, restored }: PanelFigures): string {
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
