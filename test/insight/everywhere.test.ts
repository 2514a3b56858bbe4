import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { table } from "../../src/cli/table.ts";
import { gravest } from "../../src/insight/findings/gravest.ts";
import { markOf, summarise, type Summary } from "../../src/insight/findings/summarise.ts";
import { isConcern, type Share } from "../../src/insight/share.ts";
import { lensStatistics, SHORT } from "../../src/insight/statistics.ts";
import type { LensKind } from "../../src/protocol/statistics.ts";
import { parse } from "../../src/model/parse.ts";
import { COLUMN, copyFrame, STATS, statOf, type Frame } from "../../src/protocol/frame.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import { explainLayer } from "../../src/text/explain.ts";
import { activationLens, gradientLens, type LensRows } from "../../src/text/lens.ts";
import { statusHover } from "../../src/text/run.ts";
import { load } from "../../src/worker/load.ts";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { historyOf } from "../support/history.ts";
import { FINDING_IDS } from "../../src/insight/findings/index.ts";
import { runOf } from "../webview/runs.ts";
import { runIn } from "./findings/cases.ts";
import { GIVEN } from "./findings/given.ts";

/*
 * One frame, rendered wherever a run is shown. What a reader takes from each place is read back out of its text, so that two
 * places that say different things are found whatever made them do so.
 */

const root = join(import.meta.dirname, "../../examples");

/** Frames of a run: enough of them that it is judged. */
const FRAMES = 40;

interface Case {
  readonly what: "stuck" | "trains" | "not finite" | "given";
  readonly frames: (frame: Frame, info: RunInfo) => readonly Frame[];
}

/** The frame again and again, with a loss of the case's own. */
const repeated = (frame: Frame, loss: (step: number) => number): readonly Frame[] =>
  Array.from({ length: FRAMES }, (_, i) => ({ ...frame, step: i + 1, loss: loss(i + 1), grad_norm: 1 }));

/** The first layer gets so many decades more than it got, the last as much, and those between a part of that. */
function tilted(frame: Frame, { layers }: RunInfo, decades: number): Frame {
  const last = layers.length - 1;
  const tilt = (row: number): number => (row === last ? 1 : 10 ** (decades * (1 - row / last)));
  const values = frame.values.slice();
  for (const row of layers.keys()) {
    const at = row * STATS.length + COLUMN.delta_norm;
    values[at] = values[at] * tilt(row);
  }
  return { ...frame, values };
}

/** The gradient that arrives at the middle layer is ∞, that at the first NaN. */
function broken(frame: Frame, { layers }: RunInfo): Frame {
  const values = frame.values.slice();
  values[COLUMN.delta_norm] = NaN;
  values[(layers.length >> 1) * STATS.length + COLUMN.delta_norm] = Infinity;
  return { ...frame, values };
}

const CASES: readonly Case[] = [
  { what: "stuck", frames: (frame, info) => repeated(tilted(frame, info, -9), () => 0.7) },
  { what: "stuck", frames: (frame, info) => repeated(tilted(frame, info, 9), () => 0.7) },
  { what: "stuck", frames: (frame, info) => repeated(tilted(frame, info, -Infinity), () => 0.7) },
  { what: "stuck", frames: (frame) => repeated(frame, () => 0.7) },
  {
    what: "trains",
    frames: (frame, info) =>
      repeated(tilted(frame, info, -9), (step) => (info.data?.floor ?? NaN) * 0.97 ** step),
  },
  { what: "not finite", frames: (frame, info) => repeated(broken(frame, info), () => 0.7) },
];

/** What was found in all cases together. */
const seen = new Set<string>();

/** `3.1·10⁻¹²`, `10⁻⁵`, `−3` as a terminal writes them. */
const inAscii = (text: string): string =>
  text
    .replace(/(?<=^−?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "1·10")
    .replace("·10", "e")
    .replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => (c === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))))
    .replace("−", "-");

type Figures = Readonly<Record<string, string>>;

/** What a lens says of one layer: `‖∂L/∂θ‖ 3.1e-7 · gain 0.24`. */
function lensFigures(text: string, kind: LensKind): Figures {
  const parts = text.replace(/^\$\(\w+\)\s/, "").split(" · ");
  const symbols = lensStatistics(kind).map(({ symbol }) => symbol);
  return Object.fromEntries(
    parts.flatMap((part) => {
      const symbol = symbols.find((one) => part.startsWith(`${one} `));
      return symbol ? [[symbol, part.slice(symbol.length + 1)]] : [];
    }),
  );
}

/** The rows of a hover's table. */
const hoverFigures = (text: string): Figures =>
  Object.fromEntries(
    [...text.matchAll(/^\| (.+?) \| (.+?) \| .+ \|$/gm)].map(([, symbol, value]) => [symbol, inAscii(value)]),
  );

/** The cells of one line of the terminal's table: columns begin and end where the header's do. */
function terminalFigures(text: string, row: number): Figures {
  const [header, ...lines] = text.split("\n");
  let from = 0;
  return Object.fromEntries(
    SHORT.flatMap(({ symbol }) => {
      const end = header.indexOf(symbol, from) + symbol.length;
      const start = Math.max(from, lines[row].lastIndexOf("  ", end - 1));
      from = end;
      const cell = lines[row].slice(start, end).trim();
      return cell === "" ? [] : [[symbol, cell]];
    }),
  );
}

/** Of each figure that two places show, both say the same. */
function assertAgree(a: Figures, b: Figures, where: string): void {
  const both = Object.keys(a).filter((symbol) => symbol in b);
  assert.ok(both.length > 0, `${where}: they share no figure`);
  for (const symbol of both) assert.equal(a[symbol], b[symbol], `${where}: ${symbol}`);
}

/** A word for what a place says of a layer. */
const wordOf = (mark: Share): RegExp => {
  if (mark === "nonfinite") return /Not finite: /;
  if (mark === "even") return /^\*\*[^]*?\n\n(The|Less|More) /;
  if (mark === "faulty") return /^\*\*[^]*?\n\n[A-Z0-9]/;
  if (mark.startsWith("vanishing")) return /\n\n(Vanishing|Thin): |\n\n(Through time|No gradient|The loss), /;
  return /(Exploding|Growing): |\n\nThrough time, /;
};

function assertOneStory(info: RunInfo, frames: readonly Frame[], what: Case["what"]): void {
  const history = historyOf(frames);
  const frame = frames.at(-1);
  assert.ok(frame);
  const plainRun = runOf(info.layers, { step: frame.step, loss: frame.loss });
  const run = { ...plainRun, info };
  const view = { run, layers: info.layers, history, others: [] };
  const summary = summarise(view);
  const terminal = table(info, frame);
  for (const { id } of summary.findings) seen.add(id);
  assertExpected(summary, what);
  const plainText = (text: string): string => text.replace(/\\(.)/g, "$1");
  assert.ok(plainText(statusHover(run, summary)).endsWith(summary.text));

  for (const [row, { path, stats }] of info.layers.entries()) {
    const where = `${path}, ${what}`;
    const mark: Share = summary.marks[row];
    const kind = stats.includes("grad_norm") ? "gradients" : "activations";
    const found = gravest(summary.findings.filter(({ layer }) => layer === path));
    const at: LensRows = {
      frame,
      layers: info.layers,
      rows: [row],
      stale: false,
      marks: summary.marks,
      found,
    };
    const lens: string = kind === "gradients" ? gradientLens(at) : activationLens(at);
    const hover = plainText(explainLayer(info, frame, row, false, summary));
    const panel = Object.fromEntries(
      gradientFlow.describe(view, { layer: row }).rows.map(([symbol, value]) => [symbol, inAscii(value)]),
    );

    assertAgree(lensFigures(lens, kind), hoverFigures(hover), `${where}, lens and hover`);
    assertAgree(panel, hoverFigures(hover), `${where}, panel and hover`);
    assertAgree(panel, terminalFigures(terminal, row), `${where}, panel and terminal`);
    assert.equal(lens.startsWith("$("), isConcern(mark), `${where}: lens and gutter`);
    if (found) assert.ok(lens.startsWith(`$(${found.severity})\u00a0${found.id}`), `${where}: ${lens}`);
    if (lens.startsWith("$(error)")) assert.equal(summary.severity, "error");
    assert.match(hover, wordOf(mark), `${where}: hover and gutter`);
    for (const found of summary.findings)
      if (markOf(found, row) === "faulty") assert.ok(hover.includes(found.message), `${where}: ${found.id}`);
    const isFinite = Number.isFinite(statOf(frame, row, "delta_norm"));
    assert.ok(isFinite || mark === "nonfinite", `${where}: a NaN or ∞ without its mark`);
  }
}

/** Sentence and marks are of one opinion, and it is the right one. */
function assertExpected({ severity, marks, findings: found, text }: Summary, what: Case["what"]): void {
  const coloured = marks.filter((mark) => mark !== "even");
  if (coloured.length > 0) assert.notEqual(severity, "ok", text);
  const told = found.filter((one) => one.severity !== "info" && one.cause === undefined);
  if (severity === "ok") assert.deepEqual(told, []);
  const isAboutLayers = told.some(({ layer }) => layer !== undefined && layer !== "data");
  if (isAboutLayers) assert.ok(coloured.some(isConcern), text);
  for (const { message } of told) assert.ok(text.includes(message), text);
  if (what === "trains")
    assert.deepEqual(
      found.filter((one) => one.severity === "error"),
      [],
      text,
    );
  if (what === "not finite") {
    assert.equal(severity, "error");
    assert.match(text, /NaN or ∞|no longer finite/);
  }
}

suite("a frame means the same wherever it is shown", () => {
  for (const name of globSync("*.gradlens.json", { cwd: root }).sort()) {
    const file = join(root, name);
    const text = readFileSync(file, "utf8");
    for (const { name: model } of parse(text).models) {
      test(`${name}, ${model}`, async () => {
        const training = await load(text, model, { file, root }, { steps: 1 });
        const frames = Array.from(training.steps(), copyFrame);
        const frame = frames.at(-1);
        assert.ok(frame);
        for (const { what, frames: made } of CASES)
          assertOneStory(training.info, made(frame, training.info), what);
        assertOneStory(
          training.info,
          frames,
          frames.every(({ loss }) => Number.isFinite(loss)) ? "stuck" : "not finite",
        );
      });
    }
  }

  for (const id of FINDING_IDS) {
    test(`${id}, where it is found`, () => {
      const { info, frames } = runIn(GIVEN[id]);
      assertOneStory(info, frames, "given");
      assert.ok(seen.has(id));
    });
  }

  test("every finding was among those that were compared", () => {
    assert.deepEqual([...seen].sort(), [...FINDING_IDS].sort());
  });
});
