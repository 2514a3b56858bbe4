import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, suite, test } from "node:test";
import type { Browser } from "playwright-core";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { embedded, reportHtml } from "../../src/text/report.ts";
import { launchChromium } from "../../tools/vscode/browser.mjs";
import { chainLayers, framesOf, runOf } from "./runs.ts";
import { recorded } from "../support/history.ts";

const dist = path.resolve(import.meta.dirname, "..", "..", "dist");
const shots = path.join(dist, "test", "shots");

const HOSTILE = '</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>';

void suite("a report", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-report-"));
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  });

  const layers = chainLayers(6);
  const run = runOf(layers, {
    state: "ended",
    end: { reason: "completed", steps: 40, elapsed_ms: 900 },
    step: 40,
  });
  const state = (model = "deep-sigmoid"): ToWebview => ({
    type: "state",
    runs: [{ ...run, info: { ...run.info, model } }],
    shown: run.id,
    history: recorded(framesOf(layers, { steps: 40, gain: () => 0.4 })).since(0),
    overlays: [],
    has_models: true,
  });

  const write = (message: ToWebview, title = "deep-sigmoid"): string => {
    const file = path.join(folder, "report.html");
    const html = reportHtml({
      title,
      origin: `${title} of a.gradlens.json`,
      script: fs.readFileSync(path.join(dist, "webview.js"), "utf8"),
      style: fs.readFileSync(path.join(dist, "webview.css"), "utf8"),
      font: fs.readFileSync(path.join(dist, "codicon.ttf")).toString("base64"),
      messages: [message],
      nonce: "bm9uY2U=",
    });
    fs.writeFileSync(file, html);
    return pathToFileURL(file).href;
  };

  for (const scheme of ["light", "dark"] as const) {
    test(`opens from the disk, draws its charts in the ${scheme} theme and asks for nothing`, async () => {
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1200, height: 900 } });
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", ({ message }) => complaints.push(message));
      page.on("request", (request) => requests.push(request.url()));
      const address = write(state());
      await page.goto(address);
      await page.waitForSelector('[data-chart="gradient-flow"] canvas');
      await page.waitForFunction(() => /Completed in/.test(document.body.innerText));
      const colours = await page.$eval('[data-chart="gradient-flow"] canvas', (canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const data = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data;
        return new Set(data).size;
      });
      assert.ok(colours > 10, `${colours} colours`);
      assert.match(await page.innerText("#app"), /loss \d/);
      assert.equal(await page.isVisible(".controls"), false);
      assert.deepEqual(
        requests.filter((url) => !url.startsWith("data:")),
        [address],
      );
      assert.deepEqual(complaints, []);
      fs.mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: path.join(shots, `report-${scheme}.png`) });
      await page.close();
    });
  }

  test("shows a hostile name as its characters", async () => {
    const page = await browser.newPage();
    await page.goto(write(state(HOSTILE), HOSTILE));
    await page.waitForSelector('[data-chart="gradient-flow"] canvas');
    assert.equal(await page.title(), HOSTILE);
    assert.equal(await page.$("img"), null);
    await page.close();
  });

  test("holds every number to the last bit", () => {
    const numbers = Float64Array.from([NaN, -0, 5e-324, Infinity, 0.1, 1e300, -1]);
    const message = { type: "frames", run: 1, history: { moved: numbers } } as unknown as ToWebview;
    const [{ history }] = JSON.parse(embedded([message])) as [{ history: { moved: { float64: string } } }];
    const bytes = Buffer.from(history.moved.float64, "base64");
    assert.deepEqual(bytes, Buffer.from(numbers.buffer));
  });
});
