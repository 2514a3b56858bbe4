import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, suite, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { openBrowser, showTables } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, overOthers, runOf, stateOf } from "./runs.ts";
import { THEMES } from "../../src/text/themes.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

const layers = chainLayers(8);
const frames = framesOf(layers, { steps: 60, gain: (row) => (row % 2 ? 0.24 : 0.98) });
const ended = { reason: "non_finite", steps: 60, elapsed_ms: 9, layer: "head", where: "gradient" } as const;
const other = runOf(layers, { id: 2, model: "relu-he", state: "ended", step: 60 });

const STATES: Readonly<Record<string, ToWebview | readonly ToWebview[]>> = {
  "no run": { type: "state", runs: [], overlays: [], has_models: true },
  "a run": stateOf([runOf(layers, { step: 60, stale: true })], frames),
  "a run that failed": stateOf(
    [
      runOf(layers, {
        state: "ended",
        end: { reason: "failed", steps: 60, elapsed_ms: 9, message: "no memory" },
      }),
    ],
    frames,
  ),
  "a run that broke, over another": overOthers(
    [runOf(layers, { state: "ended", end: ended }), other],
    frames,
    [[2, frames]],
  ),
};

const spectrum = { path: "", inputs: 4, outputs: 4, step: 60, values: Float64Array.of(2, 1, 0.5, 0.1) };

/** What somebody does with the last of them, one after the other. */
const ACTS: Readonly<Record<string, (panel: PanelPage) => Promise<void>>> = {
  "the list of runs to compare with, and the table of differences": ({ page }) =>
    page.getByRole("button", { name: "Compared with" }).click(),
  "an earlier step": async ({ page }) => {
    await page.locator("input.steps").focus();
    await page.keyboard.press("PageDown");
  },
  "steps that are played": async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce" }); // so that it is not over at once
    await page.getByRole("button", { name: "Play from here" }).click();
  },
  "the menu of formats": ({ page }) => page.getByRole("button", { name: "Save as…" }).first().click(),
  "a chart with its tooltip": async ({ page }) => {
    await page.locator('[data-chart="gradient-flow"] canvas').focus();
    await page.keyboard.press("ArrowRight");
  },
  "a Jacobian spectrum": ({ post }) => post({ type: "spectrum", spectrum }),
  "tables in place of charts": ({ page }) => showTables(page),
  "the page of a layer": ({ post }) => post({ type: "layer", layer: "block.3.0" }),
  "its Jacobian spectrum": ({ post }) =>
    post({ type: "spectrum", spectrum: { ...spectrum, path: "block.3.0" } }),
};

/** What axe finds wrong, at any level of any of its rules. */
async function violations({ page }: PanelPage): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

suite("axe finds nothing wrong, at any level,", () => {
  for (const theme of THEMES) {
    for (const width of [280, 1000]) {
      test(`in ${theme} at ${width} px, whatever is shown`, async () => {
        const panel = await browser.open(width, theme, 2400);
        try {
          for (const [what, state] of Object.entries(STATES)) {
            await panel.post(state);
            assert.deepEqual(await violations(panel), [], what);
          }
          // What stands there is the same at every width: each theme has it once.
          if (width < 500 !== theme.startsWith("dark")) return;
          for (const [what, act] of Object.entries(ACTS)) {
            await act(panel);
            await panel.settle();
            assert.deepEqual(await violations(panel), [], what);
          }
        } finally {
          await panel.close();
        }
      });
    }
  }
});
