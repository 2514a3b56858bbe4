import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import type { Frame as Page } from "playwright-core";
import { gradientFlow } from "../../webview/charts/gradientFlow.ts";
import { loss } from "../../webview/charts/loss.ts";
import { overTime } from "../../webview/charts/overTime.ts";
import type { Chart } from "../../webview/charts/chart.ts";
import { toCsv } from "../../webview/csv.ts";
import { declaredModel } from "../../src/engine/graph/declaredModel.ts";
import { parse } from "../../src/model/parse.ts";
import { summarise } from "../../src/insight/findings/summarise.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import type { View } from "../../webview/view.ts";
import { mention } from "../../webview/views/sentence.ts";
import { cliRun, type CliRun } from "../support/cliStream.ts";
import {
  assertLossTable,
  assertOverTimeTable,
  fullStream,
  lossReadingOf,
  rowsOf,
  tableOf,
  type FullStream,
} from "../support/fullStream.ts";
import { historyOf } from "../support/history.ts";
import { runOf } from "../webview/runs.ts";
import { eventually, lensesWith, openWindow, panel, suiteInWindow, type TestWindow } from "./support.ts";

/** Nets so small that thousands of steps pass between two looks at the panel. */
const thousand = {
  input: [2],
  layers: [{ type: "Linear", out_features: 8 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
  loss: "BCEWithLogitsLoss",
  optimizer: { type: "SGD", lr: 0.1 },
  data: { type: "xor", samples: 100, validation: 0.2 },
  train: { steps: 1000, batch_size: 16, validate_every: 10 },
};
const models = {
  thousand,
  clipped: { extends: "thousand", clip_grad_norm: 0.0001, train: { steps: 5000 } },
  validated: { extends: "thousand", train: { steps: 5000, validate_every: 100 } },
  // Wider, so that it takes seconds: the panel is hidden and shown several times meanwhile.
  long: {
    extends: "clipped",
    layers: [{ type: "Linear", out_features: 256 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
    train: { steps: 40_000, batch_size: 80, validate_every: 50 },
  },
};
const FILE = "fast.gradlens.json";

/** One line a model, so that the lenses of all are in sight. */
const text = `{ "version": 1, "models": {
${Object.entries(models)
  .map(([name, model]) => `${JSON.stringify(name)}: ${JSON.stringify(model)}`)
  .join(",\n")}
} }`;
const PATIENCE_MS = 240_000;

/**
 * The charts whose figures do not hang on how often histograms are counted, which the stream on a terminal has at every
 * step: the first layer's gain comes with them.
 */
const CHARTS: readonly Chart[] = [gradientFlow, overTime, loss];

interface Expected {
  readonly run: CliRun;
  readonly full: FullStream;
  readonly view: View;
}

async function expected(file: string, model: string): Promise<Expected> {
  const run = await cliRun(file, model);
  const full = fullStream(run.layers.length);
  for (const frame of run.frames) full.push(frame);
  const { models } = parse(fs.readFileSync(file, "utf8"));
  const spec = models.find(({ name }) => name === model)?.spec;
  assert.ok(spec, `${file} has no model ${model}`);
  const ended = runOf(run.layers, { state: "ended", end: run.end });
  const view = {
    run: { ...ended, info: { ...ended.info, declared: declaredModel(spec), data: run.data } },
    layers: run.layers,
    history: historyOf(run.frames),
    others: [],
  };
  return { run, full, view };
}

/** The figures of a chart that its button copies. */
async function csvOf(page: Page, { id, title }: Chart): Promise<string> {
  const section = page.locator(`[data-chart="${id}"]`);
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await section.getByRole("button", { name: /^(Copy as CSV|Copied)$/ }).click();
  return eventually(`the figures of ${title}`, () => page.evaluate(() => navigator.clipboard.readText()));
}

async function assertShown(page: Page, { run, full, view }: Expected): Promise<void> {
  const steps = run.end.steps.toLocaleString("en-US");
  await eventually(
    `the end after ${steps} steps`,
    () => page.innerText("#app"),
    (text) => text.includes(`step ${steps} / ${steps}`) && text.includes("Completed"),
    PATIENCE_MS,
  );
  const shown = (chart: Chart): Promise<string> => page.innerText(`[data-chart="${chart.id}"] .reading`);
  // The last frames follow the news of the end.
  await eventually(
    "the last step",
    () => shown(loss),
    (reading) => reading === loss.reading(view),
    5000,
  );
  const { text, layer } = summarise(view);
  // A layer that the sentence does not name has a link behind it.
  const link = layer === undefined || mention(text, layer) ? "" : ` Show ${layerName(layer)}`;
  assert.equal(await page.innerText(".sentence-text"), text + link);
  for (const chart of CHARTS) {
    const [reading, csv] = [await shown(chart), await csvOf(page, chart)];
    assert.equal(reading, chart.reading(view), chart.title);
    assert.equal(csv, toCsv((chart.data ?? chart.table)(view)), chart.title);
    const table = tableOf(csv);
    if (chart === loss) {
      assert.equal(reading, lossReadingOf(full));
      assertLossTable(table, full);
    }
    if (chart === overTime)
      assertOverTimeTable(
        table,
        full,
        view.layers.map((layer) => layer.path),
      );
  }
}

suiteInWindow(
  "a run that is faster than the panel",
  () => {
    const folder = fs.mkdtempSync(
      path.join(fs.realpathSync(path.join(import.meta.dirname, "..", "..", "dist", "test")), "fast-"),
    );
    fs.writeFileSync(path.join(folder, FILE), text);
    return openWindow({ folder, openFile: FILE }).finally(() => fs.rmSync(folder, { recursive: true }));
  },
  (window) => {
    for (const [index, model] of Object.keys(models).entries()) {
      test(`${model}: whatever is hidden meanwhile, the panel shows what the stream on a terminal says`, async () => {
        const { workbench, folder } = window();
        const whole = await expected(path.join(folder, FILE), model);
        await lensesWith(workbench, FILE, /▶ Run/);
        await panel(workbench);
        await workbench
          .codeLenses(FILE)
          .filter({ hasText: /▶ Run|↻ Run/ })
          .nth(index)
          .click();
        const times = await hideAndShow(window(), model);
        console.log(`${model}: hidden ${times} times`);
        if (model === "long") assert.ok(times > 1, "the run was over too soon");

        await assertShown((await panel(workbench)).frame, whole);
        if (model !== "validated") return;
        const table = loss.table(whole.view);
        assert.equal(rowsOf(table).filter(({ series }) => series === "validation").length, 50);
      });
    }

    test("shows the same after it is hidden and shown, and after it is moved to an editor", async () => {
      const { workbench, folder } = window();
      const whole = await expected(path.join(folder, FILE), "clipped");
      await workbench
        .codeLenses(FILE)
        .filter({ hasText: /▶ Run|↻ Run/ })
        .nth(1)
        .click();
      await assertShown((await panel(workbench)).frame, whole);
      await workbench.page.keyboard.press(SIDE_BAR);
      await workbench.secondarySideBar.waitFor({ state: "hidden" });
      await assertShown((await panel(workbench)).frame, whole);
      await workbench.runCommand("GradLens: Open Panel in Editor");
      // A webview that comes up takes the focus: keys reach nobody then, and a list of commands closes.
      const panels = () =>
        Promise.all(
          workbench.page.frames().map((frame) =>
            frame.$("#app > *").then(
              (found) => found !== null,
              () => false, // the frame is gone
            ),
          ),
        );
      await eventually("both panels", panels, (found) => found.filter(Boolean).length === 2);
      await workbench.runCommand("View: Toggle Secondary Side Bar Visibility");
      await workbench.secondarySideBar.waitFor({ state: "hidden" });
      const tab = await workbench.webview(async (frame) => (await frame.$("#app > *")) !== null, {
        extension: "gradlens.gradlens",
      });
      await assertShown(tab.frame, whole);
    });
  },
);

const SIDE_BAR = "Control+Alt+B";

/** Hides the secondary side bar and shows it again, at whatever moments, until the run has ended. Returns how often. */
async function hideAndShow({ workbench }: TestWindow, model: string): Promise<number> {
  const ended = workbench.page.locator(".statusbar-item", {
    hasText: new RegExp(`${model}: loss .* completed`),
  });
  let times = 0;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; times++) {
    if ((await ended.count()) > 0) return times;
    await workbench.page.keyboard.press(SIDE_BAR);
    await delay(100 + ((times * 170) % 400));
    await workbench.page.keyboard.press(SIDE_BAR);
    await delay(300 + ((times * 370) % 1000));
  }
  throw new Error(`${model} did not end`);
}
