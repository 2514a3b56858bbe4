import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { COLUMN, STATS } from "../../src/protocol/frame.ts";
import type { Frame } from "../../src/protocol/frame.ts";
import type { LayerInfo } from "../../src/protocol/run.ts";
import type { ToWebview } from "../../src/protocol/webview.ts";
import { css, shareColour } from "../../webview/scale.ts";
import { openBrowser } from "./page.ts";
import type { PanelPage } from "./page.ts";
import { recorded } from "../support/history.ts";
import { chainLayers, framesOf, layer, overOthers, runOf, stateOf } from "./runs.ts";
import { THEMES } from "../../src/text/themes.ts";
import type { ThemeName } from "../../src/text/themes.ts";

/** A window that all sections fit into: what is out of sight is not drawn. */
const TALL = 5200;

let browser: Awaited<ReturnType<typeof openBrowser>>;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Runs a test on a page of its own and holds the page to no complaint. */
async function onPanel(
  act: (panel: PanelPage) => Promise<void>,
  { width = 420, theme = "dark" }: { width?: number; theme?: ThemeName } = {},
): Promise<void> {
  const panel = await browser.open(width, theme, TALL);
  try {
    await act(panel);
    assert.deepEqual(panel.complaints, []);
  } finally {
    await panel.close();
  }
}

const ended = { reason: "completed", steps: 40, elapsed_ms: 90 } as const;

/** An ended run, as the host tells of it. */
const told = (layers: readonly LayerInfo[], id: number, model: string) =>
  runOf(layers, { id, model, state: "ended", end: ended, step: 40 });

const sigmoid = chainLayers(20);
const sigmoidFrames = framesOf(sigmoid, { steps: 400, gain: (row) => (row % 2 ? 0.24 : 0.98) });
const relu = chainLayers(20, "ReLU");
const reluFrames = framesOf(relu, { steps: 40, gain: (row) => (row % 2 ? 0.71 : 1.4) });
const runs = [told(relu, 2, "relu-he"), told(sigmoid, 1, "sigmoid")];
const remedy = overOthers(runs, reluFrames, [[1, sigmoidFrames, "parent"]]);

const CHARTS = ["gradient-flow", "gains", "over-time", "loss", "histogram"] as const;

const picture = (page: Page, chart: string): Promise<string> =>
  page
    .locator(`[data-chart="${chart}"] canvas`)
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

const pictures = (page: Page): Promise<readonly string[]> =>
  Promise.all(CHARTS.map((chart) => picture(page, chart)));

const legend = (page: Page, chart: string): Promise<string> =>
  page.locator(`[data-chart="${chart}"] .legend`).innerText();

suite("the runs under the one that is shown", () => {
  test("are named with their models, and told to be matched by path", () =>
    onPanel(async ({ page, post }) => {
      await post(remedy);
      const shown = await legend(page, "gradient-flow");
      assert.match(shown, /sigmoid · 14:03:22 \(layers by path\)\s+beyond the axis, down to \d·10⁻¹⁴/);
      assert.match(await legend(page, "gains"), /sigmoid · 14:03:22 \(layers by path\)/);
      assert.match(await legend(page, "loss"), /sigmoid · 14:03:22/);
      assert.match(
        await page.locator(".overlay").innerText(),
        /sigmoid · 14:03:22\s+the model that this one extends/,
      );
    }));

  test("have lines of their own: colour, dash and marker, as many as there are", () =>
    onPanel(async ({ page, post }) => {
      const more = [3, 4, 5].map((id) => told(relu, id, `model-${id}`));
      await post(
        overOthers([...runs, ...more], reluFrames, [
          [1, sigmoidFrames, "parent"],
          ...more.map(({ id }) => [id, reluFrames, "pinned"] as const),
        ]),
      );
      const swatches = page.locator('[data-chart="loss"] .run-swatch');
      const looks = await swatches.evaluateAll((all) =>
        all.map((swatch) => [
          (swatch as SVGElement).style.getPropertyValue("--ink"),
          ...Array.from(
            swatch.children,
            (part) => part.getAttribute("stroke-dasharray") ?? part.getAttribute("d"),
          ),
        ]),
      );
      assert.equal(looks.length, 4);
      assert.equal(new Set(looks.map(String)).size, 4);
      assert.equal(new Set(looks.map(([ink]) => ink)).size, 4);
    }));

  test("are taken away, and chosen from a list, by keyboard", () =>
    onPanel(async (panel) => {
      const { page } = panel;
      const third = told(relu, 3, "tanh-xavier");
      await panel.post(overOthers([...runs, third], reluFrames, [[1, sigmoidFrames, "parent"]]));
      const both = await picture(page, "gradient-flow");
      await page.getByRole("button", { name: "Compared with" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("checkbox", { name: /tanh-xavier/ }).focus();
      await page.keyboard.press("Space");
      assert.deepEqual((await panel.sent()).at(-1), { type: "pin", run: 3, on: true });
      assert.ok(await page.getByRole("checkbox", { name: /sigmoid/ }).isChecked());
      await page.getByRole("button", { name: "Take away sigmoid · 14:03:22" }).focus();
      await page.keyboard.press("Enter");
      assert.deepEqual((await panel.sent()).at(-1), { type: "pin", run: 1, on: false });
      await panel.post({ type: "runs", runs: [...runs, third], shown: 2, overlays: [] });
      assert.doesNotMatch(await legend(page, "gradient-flow"), /sigmoid/);
      assert.notEqual(await picture(page, "gradient-flow"), both);
    }));

  test("can be asked how their declaration differs", () =>
    onPanel(async (panel) => {
      await panel.post(remedy);
      await panel.page.getByRole("button", { name: "Show what differs from sigmoid · 14:03:22" }).click();
      assert.deepEqual((await panel.sent()).at(-1), { type: "diff", run: 2, other: 1 });
    }));

  test("are not offered where there is none", () =>
    onPanel(async ({ page, post }) => {
      await post(stateOf([told(relu, 2, "relu-he")], reluFrames));
      assert.ok(await page.locator(".compare").isHidden());
    }));
});

suite("axes", () => {
  const steep = stateOf([told(sigmoid, 1, "sigmoid")], sigmoidFrames);
  const calm = stateOf([told(relu, 2, "relu-he")], reluFrames);

  test("of a run forget the run that was shown before", () =>
    onPanel(async (panel) => {
      await panel.post(calm);
      const fresh = await pictures(panel.page);
      await panel.post(steep);
      assert.notDeepEqual(await pictures(panel.page), fresh);
      await panel.post(calm);
      assert.deepEqual(await pictures(panel.page), fresh);
    }));

  test("of a run that has ended are those that it would have if the view were opened now", () =>
    onPanel(async (panel) => {
      const running = { ...told(relu, 2, "relu-he"), state: "running" } as const;
      const wild = framesOf(relu, { steps: 33, gain: (row) => (row % 2 ? 0.02 : 0.98) });
      const rest = framesOf(relu, { steps: 40, gain: (row) => (row % 2 ? 0.71 : 1.4) }).slice(33);
      const { end: _, ...goesOn } = running;
      await panel.post(stateOf([goesOn], wild));
      await panel.post({ type: "frames", run: 2, history: recorded([...wild, ...rest]).since(33) });
      await panel.post({ type: "runs", runs: [told(relu, 2, "relu-he")], shown: 2, overlays: [] });
      const grown = await pictures(panel.page);
      await panel.page.reload();
      await panel.setTheme("dark");
      await panel.post(stateOf([told(relu, 2, "relu-he")], [...wild, ...rest]));
      assert.deepEqual(await pictures(panel.page), grown);
    }));
});

suite("a run that broke", () => {
  const layers = [layer("0", "Linear"), layer("1", "ReLU"), layer("2", "Linear")];
  const frames = framesOf(layers, { steps: 27, gain: () => 1.3, loss: (step) => 2 ** step }).map((frame) =>
    frame.step < 27 ? frame : lost(frame),
  );
  const end = { reason: "non_finite", steps: 27, elapsed_ms: 9, layer: "1", where: "activation" } as const;
  const state = stateOf([runOf(layers, { state: "ended", end, step: 27, loss: NaN })], frames);

  function lost(frame: Frame): Frame {
    const values = frame.values.slice();
    for (const row of layers.keys()) {
      for (const stat of ["delta_norm", "grad_norm", "gain"] as const)
        values[row * STATS.length + COLUMN[stat]] = NaN;
      values[row * STATS.length + COLUMN.act_nonfinite] = row === 0 ? 0 : 64;
    }
    return { ...frame, values, loss: NaN, grad_norm: NaN };
  }

  /** Pixels of a chart in the colour of what is not finite. */
  const magenta = (page: Page, chart: string, theme: "dark" | "light"): Promise<number> =>
    page.locator(`[data-chart="${chart}"] canvas`).evaluate(
      (element, colour) => {
        const { width, height } = element as HTMLCanvasElement;
        const data = (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data;
        let found = 0;
        for (let i = 0; data && i < data.length; i += 4)
          if (colour.every((part, j) => Math.abs(part - data[i + j]) < 12) && data[i + 3] > 200) found++;
        return found;
      },
      [...shareColour(Infinity, theme)],
    );

  for (const theme of ["dark", "light"] as const) {
    test(`has its last finite step in every chart and a mark where it broke (${theme})`, () =>
      onPanel(
        async ({ page, post }) => {
          await post(state);
          assert.match(
            await page.locator(".sentence").innerText(),
            /first NaN or ∞ was in the activation of layer 1 at step 27\./,
          );
          for (const chart of CHARTS) {
            const section = page.locator(`[data-chart="${chart}"]`);
            assert.match(
              await section.locator(".reading").innerText(),
              /· finite up to step 26 · NaN or ∞ in layer 1 at step 27$/,
            );
            assert.match(await legend(page, chart), /NaN or ∞ at step 27/);
            const pixels = await magenta(page, chart, theme);
            // A histogram has a row for layers with parameters only: layer 1 has none.
            assert.ok(chart === "histogram" ? pixels === 0 : pixels > 10, `${chart}: ${pixels} pixels`);
            // One cross, not one at each layer.
            if (chart === "gradient-flow" || chart === "gains") assert.ok(pixels < 60, `${chart}: ${pixels}`);
          }
        },
        { theme },
      ));
  }
});

suite("a run that goes on", () => {
  const running = runOf(sigmoid, { model: "sigmoid", step: 400 });
  const begun = stateOf([running], sigmoidFrames.slice(0, 390));
  const rest: ToWebview = { type: "frames", run: 1, history: recorded(sigmoidFrames).since(390) };
  const all = stateOf([running], sigmoidFrames);

  test("is drawn as the same steps are at once", () =>
    onPanel(async (growing) => {
      const shows = ({ page }: PanelPage): Promise<readonly string[]> =>
        Promise.all(["over-time", "loss"].map((chart) => picture(page, chart)));
      await growing.post(begun);
      const before = await shows(growing);
      await growing.post(rest);
      const after = await shows(growing);
      assert.notDeepEqual(after, before);
      await onPanel(async (fresh) => {
        await fresh.post(all);
        assert.deepEqual(await shows(fresh), after);
      });
    }));

  test("is told to its last step, though no frame comes after", () =>
    onPanel(async (growing) => {
      const told = ({ page }: PanelPage): Promise<readonly string[]> =>
        page.$$eval(".sentence, .reading, .note, canvas", (nodes) =>
          nodes.map((one) => one.ariaLabel ?? one.textContent),
        );
      await growing.post(begun);
      const before = await told(growing);
      await growing.post(rest);
      await growing.page.waitForTimeout(500);
      const after = await told(growing);
      assert.notDeepEqual(after, before);
      await onPanel(async (fresh) => {
        await fresh.post(all);
        assert.deepEqual(await told(fresh), after);
      });
    }));
});

suite("the legend", () => {
  for (const theme of THEMES) {
    test(`of the gains has the colours that the bars have, in ${theme}`, () =>
      onPanel(
        async ({ page, post }) => {
          const kind = ({ "high-contrast": "hc", "high-contrast-light": "hc-light" } as const)[
            theme as "high-contrast"
          ] as "hc" | undefined;
          const inTheme = (share: number): string =>
            css(shareColour(share, kind ?? (theme as "dark" | "light")));
          const swatch = (): Promise<string> =>
            page
              .locator('[data-chart="gains"] .swatch-bars')
              .evaluate((element) => getComputedStyle(element).backgroundImage);
          await post(stateOf([told(sigmoid, 1, "sigmoid")], sigmoidFrames));
          assert.equal(await swatch(), `linear-gradient(to right, ${inTheme(-13)}, ${inTheme(0)})`);
          await post(stateOf([told(relu, 2, "relu-he")], reluFrames));
          assert.equal(await swatch(), `linear-gradient(to right, ${inTheme(0)}, ${inTheme(0)})`);
        },
        { theme },
      ));
  }
});

suite("the colour bar of a heat map", () => {
  for (const width of [230, 280, 400, 720]) {
    test(`has labels that stand apart, at ${width} pixels`, () =>
      onPanel(
        async ({ page, post }) => {
          await post(stateOf([told(sigmoid, 1, "sigmoid")], sigmoidFrames));
          const boxes = await page.$$eval(
            '[data-chart="over-time"] :is(.colour-label, .swatch-nonfinite)',
            (all) =>
              all
                .filter((one) => one.checkVisibility())
                .map((one) => one.getBoundingClientRect().toJSON() as DOMRect),
          );
          assert.ok(boxes.length >= 6);
          for (const [i, one] of boxes.entries())
            for (const other of boxes.slice(i + 1))
              assert.ok(
                one.right + 4 <= other.left || other.right + 4 <= one.left || one.bottom <= other.top,
                `${JSON.stringify(one)} and ${JSON.stringify(other)}`,
              );
          assert.ok(boxes.every(({ left, right }) => left >= 0 && right <= width));
        },
        { width },
      ));
  }
});

suite("long names", () => {
  const [A, nested] = ["abcdefghijklmnopqrstuvwxyz", "backbone.stage_three.bottleneck_block"];
  const models: Readonly<Record<string, readonly LayerInfo[]>> = {
    flat: [
      layer(`conv_${A}_${A}_a`, "Linear"),
      layer(`act_${A}_${A}_ab`, "Tanh"),
      layer(`head_${A}_${A}_a`, "Linear"),
    ],
    nested: [
      layer(`${nested}.convolution_replacement`, "Linear"),
      layer(`${nested}.activation_function`, "Tanh"),
      layer("head", "Linear"),
    ],
    recurrent: [layer(`rnn_${A}_${A}`, "RNN", { time: 3 }), layer(`head_${A}_${A}`, "Linear")],
  };
  const stateWith = (layers: readonly LayerInfo[]) =>
    overOthers(
      [
        runOf(layers, { id: 2, model: `model_${A}_${A}`, stale: true, step: 30 }),
        runOf(layers, { id: 1, model: `other_${A}_${A}` }),
      ],
      framesOf(layers, { steps: 30, gain: () => 0.02 }).map((frame) =>
        layers[0].time ? { ...frame, time: Float64Array.of(1e-4, 1e-2, 1) } : frame,
      ),
      [[1, framesOf(layers, { steps: 30, gain: () => 1 })]],
    );
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  for (const width of [230, 280, 420, 1000]) {
    for (const [what, layers] of Object.entries(models)) {
      test(`${what}: nothing scrolls sideways at ${width} px, whatever is pointed at or shown as a table`, () =>
        onPanel(
          async ({ page, post, settle }) => {
            await post(stateWith(layers));
            assert.equal(await overflow(page), 0);
            const flow = page.locator('[data-chart="gradient-flow"] canvas');
            const box = await flow.boundingBox();
            assert.ok(box);
            for (const part of [0.35, 0.9]) {
              await flow.hover({ position: { x: box.width * part, y: 40 } });
              await settle();
              assert.equal(await overflow(page), 0);
              const tip = await page.locator(".tooltip:not([hidden])").boundingBox();
              assert.ok(tip && tip.x >= box.x - 1 && tip.x + tip.width <= box.x + box.width + 1);
            }
            const swaps = page.locator(
              '.section:not([data-chart="differences"]) .section-tools > :first-child:visible',
            );
            for (const swap of await swaps.all()) await swap.click();
            // The differences are a table from the beginning.
            assert.equal(await page.locator(".table:visible").count(), (await swaps.count()) + 1);
            await settle();
            assert.equal(await overflow(page), 0);
          },
          { width },
        ));

      test(`${what}: charts keep most of their width at ${width} px`, () =>
        onPanel(
          async ({ page, post }) => {
            await post(stateWith(layers));
            // Cells of the heat map in the middle of its first row, as a part of the canvas.
            const share = await page.locator('[data-chart="over-time"] canvas').evaluate((element) => {
              const { width, height } = element as HTMLCanvasElement;
              const row = (element as HTMLCanvasElement)
                .getContext("2d")
                ?.getImageData(0, Math.round(height * 0.12), width, 1).data;
              let cells = 0;
              for (let i = 3; row && i < row.length; i += 4) if (row[i] === 255) cells++;
              return cells / width;
            });
            assert.ok(share > 0.55, String(share));
          },
          { width },
        ));
    }
  }

  test("are whole for a screen reader and where they are pointed at, and shortened in their middle for the eye", () =>
    onPanel(
      async ({ page, post, settle }) => {
        await post(stateWith(models["flat"]));
        const name = models["flat"][0].path;
        const link = page.getByRole("button", { name: `the ${name}`, exact: true });
        assert.match(await link.locator(".narrow").innerText(), /^conv_abcd.*….*xyz_a$/);
        assert.equal(await link.getAttribute("title"), `Show ${name} in the model file`);
        assert.equal(await link.locator(".long-name").getAttribute("title"), name);
        const label = await page.locator('[data-chart="gradient-flow"] canvas').getAttribute("aria-label");
        assert.match(String(label), new RegExp(`at ${name}$`));
        // On the name along the axis of the heat map, and on the one under the flow.
        for (const [chart, x, y] of [
          ["over-time", 20, 40],
          ["gradient-flow", 60, 178],
        ] as const) {
          await page.locator(`[data-chart="${chart}"] canvas`).hover({ position: { x, y } });
          await settle();
          assert.equal(
            await page.locator(`[data-chart="${chart}"] .tooltip-title`).innerText(),
            `${name} Linear`,
          );
        }
      },
      { width: 280 },
    ));
});

suite("the page", () => {
  /** What a screen reader finds its way by. */
  const outline = (page: Page): Promise<readonly number[]> =>
    Promise.all(["main", "h1", "main h1"].map((selector) => page.locator(selector).count()));

  test("has one main landmark with one heading of the first level, and the sentence within", () =>
    onPanel(async ({ page, post }) => {
      await post(remedy);
      assert.deepEqual(await outline(page), [1, 1, 1]);
      assert.equal(await page.locator("main .sentence").count(), 1);
      assert.equal(await page.locator("body > :not(script) > :not(main)").count(), 0);
      assert.equal(await page.getByRole("main").count(), 1);
      assert.equal(await page.getByRole("heading", { level: 1, name: "Gradients" }).count(), 1);
    }));

  test("has them while there is no run, too", () =>
    onPanel(async ({ page, post }) => {
      await post({ type: "state", runs: [], overlays: [], has_models: true });
      assert.deepEqual(await outline(page), [1, 1, 1]);
    }));
});
