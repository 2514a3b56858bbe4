import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Language } from "../../src/l10n/translate.ts";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { bundleFile, languages, readBundle } from "../../tools/l10n.mjs";
import { madeUp, outside } from "../l10n/madeUp.ts";
import { openBrowser, type PanelPage } from "./page.ts";
import { chainLayers, framesOf, layer, overOthers, runOf } from "./runs.ts";

const layers = [...chainLayers(3), layer("rnn", "RNN", { time: 3 })];

/** A run that clips, evaluates and has a recurrent layer, over another one that has ended. */
const messages: readonly ToWebview[] = overOthers(
  [
    runOf(layers, { id: 2, stale: true, step: 30 }),
    runOf(layers, {
      id: 1,
      model: "relu-he",
      state: "ended",
      end: { reason: "stopped", steps: 30, elapsed_ms: 10 },
    }),
  ],
  framesOf(layers, {
    steps: 30,
    gain: () => 0.02,
    clips: (step) => step % 3 === 0,
    totals: (step) => ({ metric: 0.5, ...(step % 10 === 0 && { val_loss: 0.7, val_metric: 0.5 }) }),
  }).map((frame) => ({ ...frame, time: Float64Array.of(1e-4, 1e-2, 1) })),
  [[1, framesOf(layers, { steps: 30, gain: () => 1 })]],
);

/** Names of runs, layers, statistics, formats and keys, times of day: they are the same in every language. */
const NAMES =
  /deep-sigmoid|relu-he|vanishing\.gradlens\.json|block(\.\d)*|head|rnn|Linear|Sigmoid|RNN|CSV|PNG|SVG|NaN|weight|[a-z]+_[a-z_]+|\b(min|max|ms|seed|delta_norm|grad_norm)\b|t ?= ?\d+/g;

/** A page in this language, with the runs in it; `then` closes nothing. */
function panelIn(language: () => Language, test: (panel: PanelPage) => Promise<void>): () => Promise<void> {
  return async () => {
    const { open, close } = await openBrowser({ language: language() });
    try {
      const panel = await open(230, "dark");
      await panel.post(messages);
      await test(panel);
    } finally {
      await close();
    }
  };
}

suite("the panel in another language", () => {
  test(
    "has no word that was not looked up, as charts, as tables and on a layer's page",
    panelIn(
      () => madeUp,
      async (panel) => {
        const left = new Set<string>();
        const look = async (): Promise<void> => {
          await panel.settle();
          for (const text of await panel.page.evaluate(textsShown)) {
            const found = outside(text, NAMES);
            if (found !== undefined) left.add(found);
          }
        };
        await look();
        const tables = panel.page.locator(".section-tools > :first-child:visible");
        for (const one of await tables.all()) await one.click();
        await look();
        await panel.post({ type: "layer", layer: "block.1.0" });
        await look();
        assert.deepEqual([...left], []);
        assert.deepEqual(panel.complaints, []);
      },
    ),
  );

  for (const language of languages()) {
    test(
      `has room for its words at 230 px: ${language}`,
      panelIn(
        () => ({ code: language, texts: readBundle(bundleFile("bundle", language)) }),
        async ({ page, settle }) => {
          const overflow = () =>
            page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(await overflow(), 0);
          const swaps = page.locator(".section-tools > :first-child:visible");
          for (const swap of await swaps.all()) await swap.click();
          await settle();
          assert.equal(await overflow(), 0);
        },
      ),
    );
  }
});

/** Every text of the page, and what screen readers and pointers are told. Runs in the page. */
function textsShown(): string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const whole = node.parentElement?.closest("p, li, td, th, dt, dd, h1, h2, label, .legend-item") ?? node;
    if (!node.parentElement?.closest("script, style")) texts.push(whole.textContent ?? "");
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [aria-valuetext]")) {
    for (const name of ["aria-label", "title", "aria-valuetext"])
      texts.push(element.getAttribute(name) ?? "");
  }
  return texts;
}
