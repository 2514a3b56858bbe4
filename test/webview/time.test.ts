import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, runOf, stateOf } from "./runs.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** The gradient is lost more and more: the gain falls from 1 to 0.2 over 1,200 steps. */
const layers = chainLayers(6);
const frames = framesOf(layers, {
  steps: 1200,
  gain: (row, step) => (row % 2 ? 1 - step / 1500 : 1),
  loss: (step) => 1 + step,
});
const end = { reason: "completed", steps: 1200, elapsed_ms: 900 } as const;
const run = runOf(layers, { state: "ended", end, step: 1200 });

async function onPanel(act: (panel: PanelPage) => Promise<void>, running = false): Promise<void> {
  const panel = await browser.open(420, "dark", 2600);
  try {
    await panel.post(stateOf([running ? runOf(layers, { step: 1200 }) : run], frames));
    await act(panel);
    assert.deepEqual(panel.complaints, []);
  } finally {
    await panel.close();
  }
}

const slider = (page: Page) => page.getByRole("slider", { name: "Step" });
const reading = (page: Page, chart: string): Promise<string> =>
  page.locator(`[data-chart="${chart}"] .reading`).innerText();
const picture = (page: Page, chart: string): Promise<string> =>
  page
    .locator(`[data-chart="${chart}"] canvas`)
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

suite("the steps of a run", () => {
  test("are gone through by keyboard, and every chart, the sentence and the editor follow", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      const [flow, over] = [await picture(page, "gradient-flow"), await picture(page, "over-time")];
      const [sentence, falls] = [
        await page.locator(".sentence").innerText(),
        await reading(page, "gradient-flow"),
      ];
      await slider(page).focus();
      await page.keyboard.press("Home");
      await panel.settle();
      assert.equal(await page.locator(".moment").innerText(), "step 1");
      assert.notEqual(await picture(page, "gradient-flow"), flow);
      assert.equal(
        await picture(page, "over-time"),
        over,
        "what is drawn over all steps stays, but for a mark",
      );
      assert.ok(await page.locator('[data-chart="over-time"] .step-mark').isVisible());
      assert.ok(await page.locator('[data-chart="gradient-flow"] .step-mark').isHidden());
      assert.match(await page.locator(".sentence").innerText(), /\nAt step 1: /);
      assert.notEqual(await page.locator(".sentence").innerText(), sentence);
      assert.match(await reading(page, "gradient-flow"), /^‖∂L\/∂h‖ stays between/);
      assert.match(falls, /^‖∂L\/∂h‖ falls/);
      assert.match(await reading(page, "loss"), /at step 1, lowest/);
      await page.waitForTimeout(200);
      assert.deepEqual((await panel.sent()).at(-1), { type: "at", run: 1, step: 1 });
    }));

  test("that were thinned out are told, not made up", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      // 1,200 steps in at most 512 frames: one of 4.
      await slider(page).focus();
      await page.keyboard.press("Home");
      for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
      await panel.settle();
      assert.match(await page.locator(".moment").innerText(), /^step (\d+), kept of steps \1–\d+$/);
      const step = Number(/step (\d+)/.exec(await page.locator(".moment").innerText())?.[1]);
      await page.locator('[data-chart="gradient-flow"] canvas').hover({ position: { x: 100, y: 60 } });
      await panel.settle();
      assert.match(
        await page.locator('[data-chart="gradient-flow"] .tooltip-title').innerText(),
        new RegExp(`, step ${step}$`),
      );
    }));

  test("End and a click lead back to the latest, and to those that come", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      const flow = await picture(page, "gradient-flow");
      assert.ok(await page.getByRole("button", { name: "Live" }).isHidden());
      await slider(page).focus();
      await page.keyboard.press("PageDown");
      await panel.settle();
      assert.notEqual(await picture(page, "gradient-flow"), flow);
      await page.getByRole("button", { name: "Live" }).click();
      await panel.settle();
      assert.equal(await picture(page, "gradient-flow"), flow);
      assert.equal(await page.locator(".moment").innerText(), "latest step");
      await slider(page).focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("End");
      await panel.settle();
      assert.equal(await picture(page, "gradient-flow"), flow);
      await page.waitForTimeout(200);
      assert.deepEqual((await panel.sent()).at(-1), { type: "at", run: 1 });
    }, true));

  test("are played to the end", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      await slider(page).focus();
      await page.keyboard.press("Home");
      await page.getByRole("button", { name: "Play from here" }).click();
      await page.getByRole("button", { name: "Stop playing" }).waitFor();
      await page.getByRole("button", { name: "Play from here" }).waitFor({ timeout: 20_000 });
      assert.equal(await page.locator(".moment").innerText(), "latest step");
    }));

  test("are chosen by a click in a chart over steps", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      const canvas = page.locator('[data-chart="loss"] canvas');
      const box = await canvas.boundingBox();
      assert.ok(box);
      await canvas.click({ position: { x: 42 + (box.width - 48) / 2, y: 60 } });
      await panel.settle();
      const step = Number(/step (\d+)/.exec(await page.locator(".moment").innerText())?.[1]);
      assert.ok(Math.abs(step - 600) < 30, String(step));
    }));

  test("hold still while others come", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      await slider(page).focus();
      await page.keyboard.press("Home");
      await panel.settle();
      const flow = await picture(page, "gradient-flow");
      const more = framesOf(layers, { steps: 1300, gain: () => 1 });
      const { recorded } = await import("../support/history.ts");
      await panel.post({ type: "frames", run: 1, history: recorded(more).since(1200) });
      assert.equal(await page.locator(".moment").innerText(), "step 1");
      assert.equal(await picture(page, "gradient-flow"), flow);
      assert.match(await page.locator(".progress").innerText(), /^step 1,300/);
    }, true));
});
