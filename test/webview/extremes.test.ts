import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { STATS, type Frame } from "../../src/protocol/frame.ts";
import type { Increment } from "../../src/protocol/increment.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import type { RunEnd } from "../../src/protocol/run.ts";
import { Recorder } from "../../src/protocol/recorder.ts";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { chainLayers, framesOf, generator, layer, runOf, stateOf } from "./runs.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Every statistic as a number, as far as `figure` gives one. */
function filled(frames: readonly Frame[], figure: () => number): readonly Frame[] {
  for (const { values } of frames)
    for (const [i, value] of values.entries())
      if (Number.isNaN(value)) values[i] = STATS[i % STATS.length].endsWith("nonfinite") ? 0 : figure();
  return frames;
}

const recordedOf = (frames: Iterable<Frame>): Increment => {
  const recorder = new Recorder();
  for (const frame of frames) recorder.push(frame);
  return recorder.since(0);
};

const withAll = (layers: readonly LayerInfo[]): readonly LayerInfo[] =>
  layers.map((one) => ({ ...one, stats: STATS }));

const uniform = generator(1);
const random = (): number => 0.5 + uniform();

const falling = (step: number): number => 0.1 + 0.6 * 0.97 ** step;

/** A chain with every statistic over so many steps. */
const chain = (layers: readonly LayerInfo[], steps: number): Increment =>
  recordedOf(
    filled(
      framesOf(layers, { steps, gain: () => 0.99, loss: falling, totals: () => ({ metric: 0.5 }) }),
      random,
    ),
  );

/** A long one, whose frames need not all be there at once. */
function* long(layers: readonly LayerInfo[], steps: number): Generator<Frame> {
  const some = framesOf(layers, {
    steps: 1000,
    gain: () => 0.99,
    loss: falling,
    totals: () => ({ metric: 0.5 }),
  });
  for (let i = 0; i < steps; i++) yield { ...some[i % some.length], step: i + 1 };
}

/** Every figure of every step is NaN, and all outputs are counted as such. */
const lost = (layers: readonly LayerInfo[], steps: number): Increment =>
  recordedOf(
    framesOf(layers, { steps, gain: () => 1 }).map((frame): Frame => {
      const values = frame.values.map((_, i) => (STATS[i % STATS.length].endsWith("nonfinite") ? 64 : NaN));
      return {
        ...frame,
        values,
        loss: NaN,
        grad_norm: NaN,
        clip_coef: NaN,
        metric: NaN,
        hist: new Float64Array(layers.length * 64),
      };
    }),
  );

const drawnIn = (
  page: Page,
): Promise<Readonly<Record<string, { readonly ink: number; readonly reading: string }>>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>(".section")]
        .filter((section) => section.checkVisibility())
        .map((section) => {
          const canvas = section.querySelector("canvas");
          const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let ink = 0;
          for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 60) ink++;
          return [
            section.dataset["chart"] ?? "",
            { ink, reading: section.querySelector(".reading")?.textContent ?? "" },
          ];
        }),
    ),
  );

interface Extreme {
  readonly layers: readonly LayerInfo[];
  readonly history: () => Increment;
  readonly end?: RunEnd;
  /** What the sentence says. */
  readonly says: RegExp;
}

const one = withAll([layer("0", "Linear")]);
const deep = withAll(chainLayers(200).slice(0, 400));
const few = chainLayers(2);

const EXTREMES: Readonly<Record<string, Extreme>> = {
  "one layer": { layers: one, history: () => chain(one, 60), says: /gradient|loss|Too few layers/ },
  "400 layers": { layers: deep, history: () => chain(deep, 120), says: /gradient|loss/ },
  "100,000 steps": { layers: few, history: () => recordedOf(long(few, 100_000)), says: /gradient|loss/ },
  "NaN everywhere": {
    layers: withAll(few),
    history: () => lost(few, 30),
    end: { reason: "non_finite", steps: 30, elapsed_ms: 9, layer: "block.0.0", where: "activation" },
    says: /NaN or ∞ was in the activation of block\.0\.0/,
  },
};

suite("a run with", () => {
  for (const [what, { layers, history, end, says }] of Object.entries(EXTREMES)) {
    test(`${what} is drawn in every chart, and said in words that are true of it`, async () => {
      const panel: PanelPage = await browser.open(420, "dark", 5200);
      const { page } = panel;
      try {
        const held = history();
        const run = runOf(layers, end ? { state: "ended", end } : {});
        await panel.post(stateOf([run], held));
        assert.match(await page.locator(".sentence").innerText(), says);
        const drawn = Object.entries(await drawnIn(page));
        assert.ok(drawn.length >= (end ? 4 : 6), drawn.map(([id]) => id).join(", "));
        for (const [id, { ink, reading }] of drawn) {
          assert.ok(ink > 150, `${id}: ${ink} pixels`);
          assert.doesNotMatch(reading, /undefined|NaN(?! or ∞| now)|Infinity|^$/, id);
          if (end) assert.match(reading, /NaN or ∞/, id);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels too wide`);
        // Each layer is reached, the first as the last.
        await page.locator('[data-chart="gradient-flow"] canvas').focus();
        for (const [key, at] of [
          ["End", -1],
          ["Home", 0],
        ] as const) {
          await page.keyboard.press(key);
          const path = layers.at(at)?.path ?? "";
          const told = await page.locator(".content > [role=status]").innerText();
          assert.ok(told.includes(/^\d+$/.test(path) ? `layer ${path}` : path), told);
        }
        assert.deepEqual(panel.complaints, []);
      } finally {
        await panel.close();
      }
    });
  }
});
