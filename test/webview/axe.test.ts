import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, suite, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { openBrowser } from "./page.ts";
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
const other = runOf(layers, { id: 2, model: "relu-he", state: "ended" });

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
          await panel.page.getByRole("button", { name: "Show as table" }).first().click();
          await panel.settle();
          assert.deepEqual(await violations(panel), [], "a table");
        } finally {
          await panel.close();
        }
      });
    }
  }
});
