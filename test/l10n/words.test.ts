import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { useLanguage } from "../../src/l10n/translate.ts";
import type { FindingId } from "../../src/insight/findings/index.ts";
import type { RunSummary } from "../../src/protocol/webview.ts";
import { madeUp, outside } from "./madeUp.ts";

// Tables of texts are made when their files are loaded: after this.
useLanguage(madeUp);
const { findings } = await import("../../src/insight/findings/index.ts");
const { summarise } = await import("../../src/insight/findings/summarise.ts");
const { STATISTICS } = await import("../../src/protocol/statistics.ts");
const { FIXES } = await import("../../src/protocol/fixNames.ts");
const { explainFinding } = await import("../../src/text/explainFinding.ts");
const { explainLayer, LENS_HINTS } = await import("../../src/text/explain.ts");
const { activationLens, gradientLens, runLens, shapeLens } = await import("../../src/text/lens.ts");
const { outcome, statusHover, statusSpoken, statusText } = await import("../../src/text/run.ts");
const { fileLine, findingLine, modelLine, runLine } = await import("../../src/text/runTree.ts");
const { runIn } = await import("../insight/findings/cases.ts");
const { GIVEN } = await import("../insight/findings/given.ts");
const { historyOf } = await import("../support/history.ts");
const { runOf } = await import("../webview/runs.ts");

/*
 * In a language that has every text in brackets, no word stands outside of them but names: of layers and models, of PyTorch, of icons, ids.
 */

const NAMES =
  /\$\([\w~-]+\)|[a-z]+(-[a-z]+)+|[A-Z][a-z]*[A-Z]\w*|\b(first|last|head|rnn|act|relu|bn|enc|flat|wide|code|model|data|Linear|Conv2d|Tanh|Sigmoid|Softmax|Dropout|Flatten|Embedding|NaN|GradLens|zeros|nn|torch|ms|PyTorch|Source|Adam|out|soft|drop|narrow|json|gradlens|Max|Min)\b|[a-z]+_[a-z_]+|\w+\.\d(\.\d)*/g;

/** What of these texts was not looked up. */
const left = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => outside(text, NAMES) ?? [])),
];

/** A run in which this is found, with what is said of it. */
function seen(id: FindingId) {
  const given = GIVEN[id];
  const { info, frames } = runIn(given);
  const run = { info, state: given.end ? "ended" : "running", ...(given.end && { end: given.end }) };
  return {
    info,
    frame: frames.at(-1),
    summary: summarise({ run, layers: info.layers, history: historyOf(frames) }),
  };
}

const finished = { reason: "completed", steps: 500, elapsed_ms: 1000 } as const;

const ENDS: readonly RunSummary["end"][] = [
  undefined,
  finished,
  { ...finished, reason: "stopped" },
  { ...finished, reason: "interrupted" },
  { ...finished, reason: "lost" },
  { ...finished, reason: "non_finite", layer: "loss", where: "activation" },
  { ...finished, reason: "non_finite", layer: "head", where: "gradient" },
];

suite("every word that people read was looked up", () => {
  for (const { id, title, why, thresholds } of findings) {
    test(`${id}: its words, and what it says of a run`, () => {
      const { summary } = seen(id);
      const messages = summary.findings.map(({ message }) => message);
      assert.deepEqual(left([title, why, ...Object.values(thresholds ?? {}).map(({ of }) => of)]), []);
      assert.deepEqual(left([...messages, summary.text]), []);
      assert.ok(summary.findings.every((found) => explainFinding(found).includes("⟦Source⟧")));
      assert.deepEqual(left(summary.findings.map((found) => findingLine(found).spoken)), []);
    });
  }

  test("statistics and fixes", () => {
    const symbols = STATISTICS.map(({ symbol }) => symbol).filter((symbol) => /\p{L}{3}/u.test(symbol));
    assert.deepEqual(
      left([...symbols, ...STATISTICS.map(({ meaning }) => meaning), ...Object.values(FIXES)]),
      [],
    );
  });

  test("lenses and hovers", () => {
    const { info, frame, summary } = seen("vanishing-depth");
    assert.ok(frame);
    const at = { frame, layers: info.layers, rows: [0, 2], marks: summary.marks };
    assert.deepEqual(
      left([
        ...[true, false].flatMap((stale) => [
          gradientLens({ ...at, stale }),
          activationLens({ ...at, stale }),
        ]),
        gradientLens({ ...at, stale: false, probe: true }),
        runLens(3, 4),
        shapeLens([2], [3], 4, 5, true),
        explainLayer(info, frame, 0, true, summary),
        explainLayer(info, frame, 0, false, summary, true),
        ...Object.values(LENS_HINTS),
      ]),
      [],
    );
  });

  for (const end of ENDS) {
    test(`a run that is ${end?.reason ?? "going on"}${end && "layer" in end ? ` in ${end.layer}` : ""}`, () => {
      const run = runOf([], {
        ...(end ? { end, state: "ended" } : {}),
        stale: true,
        step: 10,
        loss: 0.5,
        model: "head",
        file: "model.gradlens.json",
      });
      const found = { severity: "warning", text: "" } as const;
      const listed = { summary: run, pinned: true, severity: "warning" } as const;
      const lines = [
        runLine(listed),
        modelLine("head", [listed]),
        fileLine("head", 2, true),
        fileLine("head", 1, false),
      ];
      assert.deepEqual(
        left([
          outcome(run),
          statusText(run, found),
          statusSpoken(run, found),
          statusHover(run, found),
          ...lines.flatMap(({ label, description, spoken }) => [label, description, spoken]),
        ]),
        [],
      );
    });
  }
});
