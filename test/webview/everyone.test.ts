import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { openBrowser, showTables } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, overOthers, runOf } from "./runs.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const layers = chainLayers(10);
const frames = framesOf(layers, {
  steps: 300,
  gain: (row) => (row % 2 ? 0.24 : 0.98),
  clips: (step) => step > 30,
  totals: (step) => ({ metric: 0.5, ...(step % 10 === 0 && { val_loss: 0.7, val_metric: 0.5 }) }),
});
const run = runOf(layers, { step: 300, stale: true });
const other = runOf(layers, { id: 2, model: "relu-he", state: "ended", step: 300 });
const overAnother = overOthers([run, other], frames, [[2, frames, "pinned"]]);
const spectrum: ToWebview = {
  type: "spectrum",
  spectrum: {
    path: "",
    inputs: 20,
    outputs: 20,
    step: 300,
    values: Float64Array.from(layers, (_, i) => 2 ** -i),
  },
};

/**
 * Texts and icons that cannot be read: beyond the page, cut off by something that does not scroll, or on top of one another; and whether
 * the page scrolls sideways.
 */
function unreadable(): readonly string[] {
  const texts: { readonly text: string; readonly box: DOMRect }[] = [];
  const flaws: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const isIcon = node instanceof Element && node.matches(".codicon, .run-swatch, input");
    if (node instanceof Element && !isIcon) continue;
    const parent = isIcon ? (node as HTMLElement) : node.parentElement;
    const text = isIcon ? (parent?.getAttribute("class") ?? "") : (node.textContent?.trim() ?? "");
    if (!parent || text === "" || parent.closest(".hidden, script") || !parent.checkVisibility()) continue;
    if (getComputedStyle(parent).visibility === "hidden") continue;
    const range = document.createRange();
    if (isIcon) range.selectNode(node);
    else range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      if (box.left < -1 || box.right > innerWidth + 1) {
        // What a table has beside it is reached by scrolling.
        if (!parent.closest(".table")) flaws.push(`beyond the page: ${text}`);
        continue;
      }
      let isScrolled = false;
      for (let around = parent; around !== document.body; around = around.parentElement ?? document.body) {
        const { overflowX, overflowY } = getComputedStyle(around);
        const edge = around.getBoundingClientRect();
        const isOut =
          box.left < edge.left - 1 ||
          box.right > edge.right + 1 ||
          box.top < edge.top - 3 ||
          box.bottom > edge.bottom + 3;
        if (isOut && (overflowX === "auto" || overflowY === "auto")) isScrolled = true;
        else if (isOut && !isScrolled && (overflowX === "hidden" || overflowY === "hidden"))
          flaws.push(`cut off: ${text}`);
      }
      if (!isScrolled) texts.push({ text, box });
    }
  }
  for (const [i, a] of texts.entries())
    for (const b of texts.slice(i + 1)) {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Lines that follow each other share the space between them.
      if (across > 1 && down > 0.5 * Math.min(a.box.height, b.box.height))
        flaws.push(`${a.text} lies on ${b.text}`);
    }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    flaws.push("scrolls sideways");
  return flaws;
}

suite("at a zoom of 200 %", () => {
  for (const theme of ["dark", "light"] as const) {
    for (const width of [420, 1000]) {
      test(`nothing is cut off, and nothing lies on something else, in ${theme} at ${width} px`, async () => {
        const panel = await browser.open(width, theme, 9000, 2);
        const { page } = panel;
        const shot = process.env.GRADLENS_SHOTS;
        try {
          for (const message of overAnother) await panel.post(message);
          await panel.post(spectrum);
          await page.getByRole("button", { name: "Compared with" }).click();
          await page.locator("input.steps").focus();
          await page.keyboard.press("Home");
          await panel.settle();
          assert.deepEqual(await page.evaluate(unreadable), [], "charts");
          if (shot) await page.screenshot({ path: `${shot}/zoom-${theme}-${width}.png`, fullPage: true });
          await page.locator('[data-chart="gains"]').getByRole("button", { name: "Save as…" }).click();
          await showTables(page);
          await panel.settle();
          assert.deepEqual(await page.evaluate(unreadable), [], "tables");
          await panel.post({ type: "layer", layer: "block.3.0" });
          await panel.settle();
          assert.deepEqual(await page.evaluate(unreadable), [], "the page of a layer");
          if (shot)
            await page.screenshot({ path: `${shot}/zoom-${theme}-${width}-layer.png`, fullPage: true });
          assert.deepEqual(panel.complaints, []);
        } finally {
          await panel.close();
        }
      });
    }
  }

  test("charts have two pixels of the screen for each of their own", async () => {
    const panel = await browser.open(840, "dark", 1800, 2);
    try {
      for (const message of overAnother) await panel.post(message);
      const { pixels, wide } = await panel.page
        .locator('[data-chart="gradient-flow"] canvas')
        .evaluate((canvas) => ({ pixels: (canvas as HTMLCanvasElement).width, wide: canvas.clientWidth }));
      assert.ok(Math.abs(pixels - 2 * wide) <= 1, `${pixels} for ${wide}`);
    } finally {
      await panel.close();
    }
  });
});

/** What moves by itself: animations that go on, and elements that would begin one. */
const moving = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => [
    ...document.getAnimations().map(({ id }) => `animation ${id}`),
    ...[...document.querySelectorAll("*")].flatMap((element) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      const still =
        /^(0s(, )?)+$/.test(transitionDuration) && animationName === "none" && scrollBehavior === "auto";
      return still ? [] : [`${element.tagName}.${element.className}`];
    }),
  ]);

suite("for those who want less motion", () => {
  async function calm(act: (panel: PanelPage) => Promise<void>): Promise<void> {
    const panel = await browser.open(420, "dark", 900);
    try {
      await panel.page.emulateMedia({ reducedMotion: "reduce" });
      for (const message of overAnother) await panel.post(message);
      await act(panel);
      assert.deepEqual(panel.complaints, []);
    } finally {
      await panel.close();
    }
  }

  test("nothing moves by itself, and what is brought into sight is there at once", () =>
    calm(async (panel) => {
      const { page } = panel;
      assert.deepEqual(await moving(page), []);
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await panel.post({ type: "mark", layer: "block.4.0", scroll: true });
      const top = await page
        .locator('[data-chart="gradient-flow"]')
        .evaluate((e) => e.getBoundingClientRect().top);
      assert.ok(top >= -1 && top < 900, String(top));
      assert.deepEqual(await moving(page), []);
    }));

  test("steps are played as few pictures, one after the other, and to the end", () =>
    calm(async ({ page }) => {
      await page.locator("input.steps").focus();
      await page.keyboard.press("Home");
      const seen = await page.evaluate(async () => {
        const slider = document.querySelector<HTMLInputElement>("input.steps");
        const play = document.querySelector<HTMLElement>('[aria-label="Play from here"]');
        const pictures: { readonly at: number; readonly value: string }[] = [];
        play?.click();
        while (document.querySelector('[aria-label="Stop playing"]')) {
          await new Promise(requestAnimationFrame);
          const value = slider?.value ?? "";
          if (pictures.at(-1)?.value !== value) pictures.push({ at: performance.now(), value });
        }
        return pictures;
      });
      const pauses = seen.slice(1).map(({ at }, i) => at - seen[i].at);
      assert.ok(seen.length > 4 && seen.length < 16, `${seen.length} pictures`);
      assert.ok(Math.min(...pauses.slice(1)) > 250, pauses.join(", "));
      assert.equal(await page.locator(".moment").innerText(), "latest step");
    }));
});

suite("with the keyboard alone", () => {
  test("the steps are gone through, a chart is saved, a layer's page is opened and left", async () => {
    const panel = await browser.open(420, "dark", 2400);
    const { page } = panel;
    const name = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement: one } = document;
        return one?.getAttribute("aria-label") ?? one?.textContent ?? "";
      });
    /** Goes on with Tab until that has the focus. */
    const tabTo = async (wanted: string): Promise<void> => {
      const seen: string[] = [];
      while (!(await name()).startsWith(wanted)) {
        seen.push(await name());
        assert.ok(seen.length < 60, `${wanted} is not reached: ${seen.join(", ")}`);
        await page.keyboard.press("Tab");
      }
    };
    try {
      for (const message of overAnother) await panel.post(message);
      const moment = (): Promise<string> => page.locator(".moment").innerText();
      await tabTo("Step");
      assert.equal(await moment(), "latest step");
      await page.keyboard.press("ArrowLeft");
      await panel.settle();
      assert.match(await moment(), /^step \d/);
      await page.keyboard.press("Home");
      await panel.settle();
      assert.equal(await moment(), "step 1");
      await page.keyboard.press("PageUp");
      await panel.settle();
      assert.match(await moment(), /^step [1-9]\d/);
      await tabTo("Live");
      await page.keyboard.press("Enter");
      await panel.settle();
      assert.equal(await moment(), "latest step");
      await tabTo("Save as…");
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() =>
        (window as unknown as { sent: { type: string }[] }).sent.some(({ type }) => type === "save"),
      );
      await tabTo("Gradient flow: ");
      await page.keyboard.press("End");
      await page.keyboard.press("Shift+Enter");
      await panel.settle();
      assert.equal(await page.locator(".page-head h2").innerText(), "head · Linear");
      await tabTo("Gradient and weights");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("#body-page-layer-norms").isHidden(), true);
      await page.locator(".page-head h2").focus();
      await page.keyboard.press("Escape");
      await panel.settle();
      assert.ok(await page.locator(".page-head").isHidden());
      assert.deepEqual(panel.complaints, []);
    } finally {
      await panel.close();
    }
  });
});
