import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { FromWebview, SaveFormat } from "../../src/protocol/webview.ts";
import { charts } from "../../webview/charts/index.ts";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, overOthers, runOf } from "./runs.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const layers = chainLayers(6);
const frames = framesOf(layers, {
  steps: 60,
  gain: (row) => (row % 2 ? 0.24 : 0.98),
  clips: (step) => step > 30,
});
const end = { reason: "non_finite", steps: 60, elapsed_ms: 9, layer: "head", where: "gradient" } as const;
const runs = [
  runOf(layers, { step: 60, state: "ended", end }),
  runOf(layers, { id: 2, model: "relu<he>", step: 60 }),
];

async function onPanel(act: (panel: PanelPage) => Promise<void>): Promise<void> {
  const panel = await browser.open(420, "dark", 4200);
  try {
    await panel.post(overOthers(runs, frames, [[2, frames, "pinned"]]));
    const values = Float64Array.from(layers, (_, i) => 2 ** -i);
    await panel.post({
      type: "spectrum",
      spectrum: { path: "", inputs: 6, outputs: 6, step: 60, values },
    });
    await act(panel);
    assert.deepEqual(panel.complaints, []);
  } finally {
    await panel.close();
  }
}

type Saved = FromWebview & { readonly type: "save" };

async function saved({ page, sent }: PanelPage, chart: string, format: SaveFormat): Promise<Saved> {
  const section = page.locator(`[data-chart="${chart}"]`);
  const before = (await sent()).length;
  await section.getByRole("button", { name: "Save as…" }).focus();
  await page.keyboard.press("Enter");
  await section.getByRole("menuitem", { name: format.toUpperCase(), exact: true }).focus();
  await page.keyboard.press("Enter");
  for (;;) {
    const message = (await sent()).slice(before).find(({ type }) => type === "save");
    if (message) return message as Saved;
    await page.waitForTimeout(20);
  }
}

suite("a chart is saved", () => {
  for (const { id, title } of charts.filter(
    (one) => !["metric", "through-time", "time-map", "activations", "weights", "loss-scale"].includes(one.id),
  )) {
    test(`as SVG, which any program can read: ${title}`, () =>
      onPanel(async (panel) => {
        const { name, format, content } = await saved(panel, id, "svg");
        assert.deepEqual([name, format], [title, "svg"]);
        const found = await panel.page.evaluate((text) => {
          const root = new DOMParser().parseFromString(text, "image/svg+xml");
          const all = [...root.querySelectorAll("*")];
          return {
            wrong: root.querySelector("parsererror")?.textContent ?? "",
            texts: [...root.querySelectorAll("text")].map((node) => node.textContent ?? ""),
            shapes: all.filter(({ tagName }) => ["path", "rect", "image"].includes(tagName)).length,
            foreign: all.filter(({ tagName }) => ["script", "foreignObject"].includes(tagName)).length,
          };
        }, content);
        assert.equal(found.wrong, "");
        assert.equal(found.foreign, 0);
        assert.ok(found.texts[0].startsWith(`${title} · deep-sigmoid`), found.texts[0]);
        assert.ok(found.shapes > 8, `${found.shapes} shapes`);
        assert.doesNotMatch(content, /color-mix|var\(/);
        if (id === "loss") assert.ok(found.texts.includes("relu<he> · 14:03:22"));
      }));
  }

  test("as PNG, two pixels for each of its own", () =>
    onPanel(async (panel) => {
      const { content } = await saved(panel, "gradient-flow", "png");
      const bytes = Buffer.from(content, "base64");
      assert.equal(bytes.subarray(1, 4).toString(), "PNG");
      assert.equal(bytes.readUInt32BE(16), 1280);
      const colours = await panel.page.evaluate(async (base64) => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.width, image.height];
        const ctx = canvas.getContext("2d");
        ctx?.drawImage(image, 0, 0);
        return new Set(new Uint32Array(ctx?.getImageData(0, 0, image.width, image.height).data.buffer ?? []))
          .size;
      }, content);
      assert.ok(colours > 20, `${colours} colours`);
    }));

  test("by keyboard: arrows go round the formats, Escape leads back, and so does a choice", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      const section = page.locator('[data-chart="gains"]');
      const button = section.getByRole("button", { name: "Save as…" });
      const focused = (): Promise<string> =>
        page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? "");
      await button.focus();
      assert.equal(await button.getAttribute("aria-expanded"), "false");
      await page.keyboard.press("Enter");
      await section.getByRole("button", { name: "Save as…", expanded: true }).waitFor();
      const seen = [await focused()];
      for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "Home", "End"]) {
        await page.keyboard.press(key);
        seen.push(await focused());
      }
      assert.deepEqual(seen, ["PNG", "SVG", "CSV", "PNG", "CSV", "SVG", "PNG", "CSV"]);
      await page.keyboard.press("Escape");
      assert.equal(await focused(), "Save as…");
      assert.ok(await section.getByRole("menu").isHidden());
      await page.keyboard.press("Enter");
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      assert.equal(await focused(), "Save as…");
      assert.ok(await section.getByRole("menu").isHidden());
      await page.waitForFunction(() =>
        (window as unknown as { sent: { type: string; format?: string }[] }).sent.some(
          ({ type, format }) => type === "save" && format === "csv",
        ),
      );
      // Whoever goes on with Tab leaves the menu behind.
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      assert.ok(await section.getByRole("menu").isHidden());
    }));

  test("as CSV, the same figures that are copied", () =>
    onPanel(async (panel) => {
      const { content } = await saved(panel, "gradient-flow", "csv");
      assert.match(content, /^layer,type,delta_norm,grad_norm\r\nblock\.0\.0,Linear,\d/);
    }));
});
