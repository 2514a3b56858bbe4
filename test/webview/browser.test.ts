import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { charts } from "../../webview/charts/index.ts";
import { recorded } from "../support/history.ts";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, layer, runOf, stateOf } from "./runs.ts";
import { THEMES } from "../../src/text/themes.ts";
import type { ThemeName } from "../../src/text/themes.ts";

const MAX_BUNDLE_BYTES = 600 * 1024;

/** A window that all sections fit into: what is out of sight is not drawn. */
const TALL = 5200;

const layers = chainLayers(10);
const frames = framesOf(layers, {
  steps: 80,
  gain: (row) => (row % 2 === 1 ? 0.24 : 0.98),
  loss: (step) => 0.69 + 0.1 / step,
});
const run = runOf(layers, { step: 60 });
const vanishing = stateOf([run], frames.slice(0, 60));

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Runs a test on a page of its own and holds the page to no complaint. */
async function onPanel(
  { width = 420, theme = "dark", height = 900 }: { width?: number; theme?: ThemeName; height?: number },
  act: (panel: PanelPage) => Promise<void>,
): Promise<void> {
  const panel = await browser.open(width, theme, height);
  try {
    await act(panel);
    assert.deepEqual(panel.complaints, []);
  } finally {
    await panel.close();
  }
}

const text = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();

/** Number of pixels that are drawn on a chart's canvas, faint ones left out. */
const inkOf = (page: Page, chart: string): Promise<number> =>
  page.locator(`[data-chart="${chart}"] canvas`).evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const data = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 128) drawn++;
    return drawn;
  });

/** A line across the narrowest chart, drawn one pixel thick. */
const SOME_INK = 150;

suite("the panel", () => {
  test("is small enough to open at once", () =>
    assert.ok(browser.size < MAX_BUNDLE_BYTES, `${browser.size} bytes`));

  test("asks for everything when it opens", () =>
    onPanel({}, async ({ sent }) => assert.deepEqual(await sent(), [{ type: "ready" }])));

  for (const theme of THEMES) {
    test(`shows a run in ${theme}, at the width of a side bar and of an editor`, () =>
      onPanel({ width: 280, theme, height: TALL }, async (panel) => {
        const { page } = panel;
        await panel.post(vanishing);
        assert.match(
          await text(page, ".sentence"),
          /The gradient shrinks 4\.\d-fold at each block: block\.0 gets/,
        );
        assert.match(await text(page, ".progress"), /^step 60 \/ 500 · loss 0\.\d+ · 1,240 steps\/s$/);
        for (const chart of ["gradient-flow", "gains", "over-time", "loss", "histogram"]) {
          assert.ok((await inkOf(page, chart)) > SOME_INK, `${chart} is empty`);
        }
        const overflow = (): Promise<number> =>
          page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(await overflow(), 0);
        const columns = (): Promise<number> =>
          page
            .locator(".sections:not([hidden])")
            .evaluate((e) => getComputedStyle(e).gridTemplateColumns.split(" ").length);
        assert.equal(await columns(), 1);
        await page.setViewportSize({ width: 1000, height: 1200 });
        await panel.settle();
        assert.equal(await columns(), 2);
        assert.equal(await overflow(), 0);
      }));
  }

  test("follows the theme while it is open", () =>
    onPanel({}, async (panel) => {
      await panel.post(vanishing);
      const ink = (): Promise<string> =>
        panel.page
          .locator('[data-chart="gradient-flow"] .swatch-line')
          .evaluate((swatch) => getComputedStyle(swatch).borderTopColor);
      const dark = await ink();
      await panel.setTheme("light");
      assert.notEqual(await ink(), dark);
    }));

  test("keeps its size while frames arrive, and counts the steps", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      const height = await page.locator(".sections:not([hidden])").evaluate((e) => e.clientHeight);
      await panel.post({ type: "frames", run: 1, history: recorded(frames).since(60) });
      assert.match(await text(page, ".progress"), /^step 80 \/ 500/);
      assert.equal(await page.locator(".sections:not([hidden])").evaluate((e) => e.clientHeight), height);
    }));

  test("draws every chart that is in sight at each update, and none that is not", () =>
    onPanel({ width: 1000, height: 500 }, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      await page.evaluate(() => {
        const drawn = new Map<HTMLCanvasElement, number>();
        Object.assign(window, { drawn });
        const { clearRect } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.clearRect = function (...box) {
          drawn.set(this.canvas, (drawn.get(this.canvas) ?? 0) + 1);
          clearRect.apply(this, box);
        };
      });
      for (let step = 60; step < 64; step++)
        await panel.post({
          type: "frames",
          run: 1,
          history: recorded(frames.slice(0, step + 1)).since(step),
        });
      const times = await page.evaluate(() => {
        const { drawn } = window as unknown as { drawn: Map<HTMLCanvasElement, number> };
        return [...document.querySelectorAll<HTMLCanvasElement>(".section:not([hidden]) canvas")]
          .filter((canvas) => canvas.offsetParent)
          .map((canvas) => ({
            times: drawn.get(canvas) ?? 0,
            away: (canvas.closest(".section") ?? canvas).getBoundingClientRect().top - innerHeight,
          }));
      });
      const inSight = times.filter(({ away }) => away < 0);
      const outOfSight = times.filter(({ away }) => away > 100);
      assert.ok(inSight.length >= 2 && outOfSight.length >= 3, JSON.stringify(times));
      assert.ok(
        inSight.every((one) => one.times === 4),
        JSON.stringify(times),
      );
      assert.ok(
        outOfSight.every((one) => one.times === 0),
        JSON.stringify(times),
      );
    }));

  test("ignores what is no message of the host", () =>
    onPanel({}, async (panel) => {
      await panel.post(vanishing);
      const before = await text(panel.page, ".content");
      await panel.page.evaluate(() => {
        window.postMessage({ type: "frames", run: 1, frames: [{ step: 999 }] }, "*");
        window.postMessage("state", "*");
      });
      await panel.settle();
      assert.equal(await text(panel.page, ".content"), before);
    }));

  test("offers the ways to begin while there is no run", () =>
    onPanel({ width: 280 }, async (panel) => {
      const { page } = panel;
      await panel.post({ type: "state", runs: [], overlays: [], has_models: false });
      assert.equal(await page.getByText("Run Model").count(), 0);
      await page.getByText("New Model File").click();
      await page.getByText("Open Examples").click();
      await panel.post({ type: "state", runs: [], overlays: [], has_models: true });
      await page.getByText("Run Model").click();
      assert.deepEqual(
        (await panel.sent()).slice(1),
        ["newModel", "openExamples", "run"].map((command) => ({ type: "command", command })),
      );
    }));
});

suite("the header", () => {
  test("has the buttons that fit the run's state, by name", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
      await panel.post(vanishing);
      assert.equal(await page.locator("vscode-button[aria-label=Step]").getAttribute("disabled"), "");
      await press("Pause");
      await panel.post({ type: "runs", runs: [{ ...run, state: "paused" }], shown: 1, overlays: [] });
      await press("Step");
      await press("Resume");
      await press("Stop");
      const end = { reason: "stopped", steps: 60, elapsed_ms: 90 } as const;
      await panel.post({ type: "runs", runs: [{ ...run, state: "ended", end }], shown: 1, overlays: [] });
      assert.equal(await page.locator("vscode-button[aria-label=Stop]").getAttribute("disabled"), "");
      await press("Run again");
      assert.deepEqual(
        (await panel.sent()).flatMap((message) => (message.type === "command" ? [message.command] : [])),
        ["pause", "step", "resume", "stop", "rerun"],
      );
    }));

  test("says how a run ended, and that its text has changed since", () =>
    onPanel({}, async (panel) => {
      const ended = { ...run, state: "ended", stale: true } as const;
      const end = {
        reason: "non_finite",
        steps: 60,
        elapsed_ms: 90,
        layer: "block.3.0",
        where: "weight",
      } as const;
      await panel.post(stateOf([{ ...ended, end }], frames.slice(0, 60)));
      assert.equal(await text(panel.page, ".state"), "NaN or ∞ in block.3.0 (weight)");
      assert.ok(await panel.page.locator(".stale").isVisible());
      await panel.post({
        type: "runs",
        runs: [{ ...ended, stale: false, end: { reason: "completed", steps: 500, elapsed_ms: 2100 } }],
        shown: 1,
        overlays: [],
      });
      assert.equal(await text(panel.page, ".state"), "Completed in 2.1 s");
      assert.ok(await panel.page.locator(".stale").isHidden());
    }));

  test("lets one pick another run", () =>
    onPanel({}, async (panel) => {
      const other = runOf(layers, { id: 7, model: "deep-relu", started: "14:05:00" });
      await panel.post(stateOf([run, other], frames.slice(0, 60)));
      await panel.page.locator("vscode-dropdown").click();
      await panel.page.locator("vscode-option", { hasText: "deep-relu" }).click();
      assert.deepEqual((await panel.sent()).at(-1), { type: "select", run: 7 });
    }));
});

suite("a layer in a chart", () => {
  test("is marked everywhere and shown in the editor where the pointer is on it", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      const flow = page.locator('[data-chart="gradient-flow"] canvas');
      const gains = page.locator('[data-chart="gains"] canvas');
      const picture = (): Promise<string> =>
        gains.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      const unmarked = await picture();
      await flow.hover({ position: { x: 46, y: 60 } });
      await panel.settle();
      assert.deepEqual((await panel.sent()).at(-1), { type: "hover", run: 1, layer: "block.0.0" });
      assert.match(await text(page, ".tooltip:not([hidden])"), /block\.0\.0 Linear[^]*‖∂L\/∂h‖[^]*gain/);
      assert.notEqual(await picture(), unmarked);
      await flow.click({ position: { x: 46, y: 60 } });
      assert.deepEqual((await panel.sent()).at(-1), { type: "reveal", run: 1, layer: "block.0.0" });
      await page.mouse.move(5, 5);
      await panel.settle();
      assert.deepEqual((await panel.sent()).at(-1), { type: "hover", run: 1 });
      assert.equal(await picture(), unmarked);
    }));

  test("is reached with the arrow keys, said, revealed with Enter and left with Escape", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      await page.locator('[data-chart="over-time"] canvas').focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      assert.match(await page.locator(".content > [role=status]").innerText(), /^block\.0\.1.*‖∂L\/∂h‖/);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      assert.deepEqual((await panel.sent()).slice(1), [
        { type: "hover", run: 1, layer: "block.0.0" },
        { type: "hover", run: 1, layer: "block.0.1" },
        { type: "reveal", run: 1, layer: "block.0.1" },
        { type: "hover", run: 1 },
      ]);
    }));

  test("is marked where the editor's cursor is, and brought into sight", () =>
    onPanel({ height: 300 }, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await panel.post({ type: "mark", layer: "block.4.0", scroll: true });
      const top = await page
        .locator('[data-chart="gradient-flow"]')
        .evaluate((e) => e.getBoundingClientRect().top);
      assert.ok(top >= -1 && top < 300, String(top));
      assert.deepEqual(await panel.sent(), [{ type: "ready" }]);
    }));

  test("is linked in the sentence", () =>
    onPanel({}, async (panel) => {
      await panel.post(vanishing);
      await panel.page.getByRole("button", { name: "block.0", exact: true }).click();
      assert.deepEqual((await panel.sent()).at(-1), { type: "reveal", run: 1, layer: "block.0.0" });
    }));
});

suite("a section", () => {
  test("stays folded when the view is thrown away and opened again", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      const fold = page.locator('[data-chart="gains"] .fold');
      assert.equal(await fold.getAttribute("aria-expanded"), "true");
      await fold.click();
      assert.ok(await page.locator('[data-chart="gains"] canvas').isHidden());
      await page.reload();
      await panel.post(vanishing);
      assert.equal(await fold.getAttribute("aria-expanded"), "false");
      assert.match(await text(page, '[data-chart="gains"] .reading'), /^Factors from/);
      await fold.click();
      await panel.settle();
      assert.ok((await inkOf(page, "gains")) > SOME_INK);
    }));

  test("is also a table, and can be copied", () =>
    onPanel({}, async (panel) => {
      const { page } = panel;
      await panel.post(vanishing);
      const flow = page.locator('[data-chart="gradient-flow"]');
      await flow.getByRole("button", { name: "Show as table" }).click();
      await panel.settle();
      assert.equal(await flow.locator("tbody tr").count(), layers.length);
      assert.ok(await flow.locator("canvas").isHidden());
      await flow.getByRole("button", { name: "Copy as CSV" }).click();
      await page.getByText("Gradient flow: copied").waitFor({ state: "attached" });
      const csv = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(csv, /^layer,type,delta_norm,grad_norm\r?\nblock\.0\.0,Linear,\d/);
    }));

  test("has a picture that says what it shows", () =>
    onPanel({ height: TALL }, async (panel) => {
      await panel.post(vanishing);
      const none = ["metric", "spectrum", "activations", "weights", "through-time", "time-map", "loss-scale"];
      for (const { title } of charts.filter(({ id }) => !none.includes(id))) {
        assert.equal(
          await panel.page.locator(`canvas[role=img][aria-label^="${title}: "]`).count(),
          1,
          title,
        );
      }
    }));

  test("through time is there where a layer is recurrent", () =>
    onPanel({ height: TALL }, async (panel) => {
      const recurrent = [layer("rnn", "RNN", { time: 20 }), layer("head", "Linear")];
      const some = framesOf(recurrent, { steps: 20, gain: () => 0.9 }).map((frame) => ({
        ...frame,
        time: Float64Array.from({ length: 20 }, (_, t) => 0.5 ** (19 - t)),
      }));
      await panel.post(vanishing);
      assert.ok(await panel.page.locator('[data-chart="through-time"]').isHidden());
      await panel.post(stateOf([runOf(recurrent)], some));
      assert.ok((await inkOf(panel.page, "through-time")) > SOME_INK);
      assert.match(
        await text(panel.page, '[data-chart="through-time"] .reading'),
        /over the 20 steps of rnn$/,
      );
    }));
});
