import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { SourceCopy } from "../support/sourceCopy.ts";
import { openBrowser } from "../webview/page.ts";
import { chainLayers, framesOf, runOf, stateOf } from "../webview/runs.ts";

/** The size of the gradient, layer by layer. */
const VALUE = `
import { figure } from "../../src/insight/format.ts";
import { cellsOf, layerFigures, layerTable } from "./figures.ts";
import { layersAxis, logAxis } from "./axis.ts";
import type { Chart } from "./chart.ts";

export const sizes: Chart = {
  id: "sizes",
  title: "Sizes",
  hint: "‖∂L/∂h‖ of every layer, at the latest step.",
  reading: (view) => "up to " + figure(Math.max(...numbersOf(view))),
  plot: (view) => ({
    kind: "lines",
    x: layersAxis(view.layers),
    y: logAxis("‖∂L/∂h‖", numbersOf(view)),
    series: [
      { label: "‖∂L/∂h‖", draw: "dots", ink: "main", points: numbersOf(view).map((y, x) => ({ x, y })) },
    ],
  }),
  describe: layerFigures,
  table: (view) => layerTable(view, [["‖∂L/∂h‖", cellsOf(view, "delta_norm")]]),
};

const numbersOf = (view: Parameters<Chart["plot"]>[0]): readonly number[] =>
  cellsOf(view, "delta_norm").filter((x) => typeof x === "number" && x > 0) as number[];
`;

suite("a new chart", () => {
  const copy = new SourceCopy();
  const [value, index] = ["webview/charts/sizes.ts", "webview/charts/index.ts"];
  copy.add(value, VALUE);
  copy.insert(index, `import { throughTime }`, `import { sizes } from "./sizes.ts";\n`);
  copy.insert(index, "  metric,\n", "  sizes,\n");

  let browser: Awaited<ReturnType<typeof openBrowser>>;
  before(async () => {
    browser = await openBrowser({ webview: copy.at("webview") });
  });
  after(async () => {
    await browser.close();
    copy.dispose();
  });

  const layers = chainLayers(6);
  const frames = framesOf(layers, { steps: 20, gain: () => 0.9, loss: (step) => 1 / step });

  test("touches its file and the table", () => {
    assert.deepEqual(copy.touched, [value, index]);
  });

  test("is a section of the panel, in its place, with its reading, and is drawn", async () => {
    const panel = await browser.open(420, "dark", 2600);
    await panel.post(stateOf([runOf(layers, { step: 20 })], frames));
    const sections = await panel.page
      .locator("[data-chart]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-chart")));
    assert.equal(sections.indexOf("sizes"), sections.indexOf("loss") + 1);
    const section = panel.page.locator('[data-chart="sizes"]');
    assert.match(await section.innerText(), /Sizes[^]*up to \d/);
    const drawn = await section.locator("canvas").evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const data = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data;
      return data?.some((byte, i) => i % 4 === 3 && byte > 128);
    });
    assert.ok(drawn);
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });
});
