import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { ofLayer } from "../../webview/charts/ofLayer.ts";
import type { View } from "../../webview/view.ts";
import { historyOf } from "../support/history.ts";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

const layers = chainLayers(6);
const frames = framesOf(layers, { steps: 60, gain: (row) => (row % 2 ? 0.24 : 0.98) });
const run = runOf(layers, { step: 60 });

suite("the charts of one layer", () => {
  const view: View = { run, layers, history: historyOf(frames), others: [], page: 2 };
  const chart = (id: string) => {
    const found = ofLayer.find((one) => one.id === id);
    assert.ok(found, id);
    return found;
  };

  test("draw its figures over the steps", () => {
    const plot = chart("layer-norms").plot(view);
    assert.ok(plot.kind === "lines");
    assert.deepEqual(
      plot.series.map(({ label, points }) => [label, points.length]),
      [
        ["‖∂L/∂h‖", 60],
        ["‖∂L/∂θ‖", 60],
        ["‖θ‖", 0],
      ],
    );
    assert.match(chart("layer-gain").reading(view), /^gain (0\.9|1\.)/);
  });

  test("are those that the layer has figures for", () => {
    const sigmoid = { ...view, page: 3 };
    assert.equal(chart("layer-update").applies?.(sigmoid), false);
    assert.equal(chart("layer-ridges").applies?.(sigmoid), false);
    assert.equal(chart("layer-gain").applies?.(sigmoid), true);
  });

  test("have a ridge for each step whose elements were counted, at the height of the step", () => {
    const plot = chart("layer-ridges").plot(view);
    assert.ok(plot.kind === "lines");
    const lows = plot.series.filter(({ draw }) => draw === "band").map(({ points }) => points[0].low);
    assert.deepEqual(lows, [51, 41, 31, 21, 11, 1]);
  });
});

suite("the page of a layer", () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  async function onPanel(act: (panel: PanelPage) => Promise<void>): Promise<void> {
    const panel = await browser.open(420, "dark", 2600);
    try {
      await panel.post(stateOf([run], frames));
      await act(panel);
      assert.deepEqual(panel.complaints, []);
    } finally {
      await panel.close();
    }
  }

  test("is opened from a chart with Shift and Enter, has the focus, and Escape leads back", () =>
    onPanel(async ({ page, settle }) => {
      await page.locator('[data-chart="gradient-flow"] canvas').focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Shift+Enter");
      await settle();
      assert.equal(await page.locator(".page-head h2").innerText(), "block.0.0 · Linear");
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H2");
      assert.match(await page.locator(".definition").innerText(), /weight\s+64 × 64/);
      assert.ok(await page.locator('[data-chart="page-layer-norms"] canvas').isVisible());
      assert.ok(await page.locator('[data-chart="gradient-flow"]').isHidden());
      await page.keyboard.press("Escape");
      await settle();
      assert.ok(await page.locator('[data-chart="gradient-flow"]').isVisible());
    }));

  test("is opened with Shift and a click, and what a click does is said", () =>
    onPanel(async ({ page, settle }) => {
      const canvas = page.locator('[data-chart="over-time"] canvas');
      await canvas.hover({ position: { x: 200, y: 30 } });
      await settle();
      assert.match(await page.locator(".tooltip:not([hidden])").innerText(), /Shift\+click: all figures/);
      await canvas.click({ position: { x: 200, y: 30 }, modifiers: ["Shift"] });
      await settle();
      assert.match(await page.locator(".page-head h2").innerText(), /^block\.\d/);
      await page.getByText("All layers").click();
      await settle();
      assert.ok(await page.locator(".page-head").isHidden());
    }));

  test("is opened by the host, tells what was found there, and stays when the view is thrown away", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      await panel.post({ type: "layer", layer: "block.0.0" });
      assert.match(await page.locator(".found").innerText(), /gradient|loss/);
      await page.getByText("Show declaration").click();
      assert.deepEqual((await panel.sent()).at(-1), { type: "reveal", run: 1, layer: "block.0.0" });
      await page.locator(".page-tools").getByText("Jacobian spectrum").click();
      assert.deepEqual((await panel.sent()).at(-1), { type: "decompose", run: 1, layer: "block.0.0" });
      const values = Float64Array.of(2, 1);
      const of = (path: string) => ({ path, inputs: 2, outputs: 2, step: 60, values });
      const drawn = page.locator('[data-chart="page-spectrum"] canvas');
      await panel.post({ type: "spectrum", spectrum: of("head") });
      assert.ok(await drawn.isHidden());
      await panel.post({ type: "spectrum", spectrum: of("block.0.0") });
      assert.ok(await drawn.isVisible());
      await panel.post({ type: "mark", layer: "head", scroll: false });
      await page.reload();
      await panel.post(stateOf([run], frames));
      assert.equal(await page.locator(".page-head h2").innerText(), "block.0.0 · Linear");
    }));
});
