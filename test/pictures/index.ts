// `npm run pictures`: what docs/panel.md shows, from runs of the examples: every chart, and the panel in four themes, narrow and
// wide; and the README's picture of VS Code.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { ThemeName } from "../../src/text/themes.ts";
import { declaredModel } from "../../src/engine/graph/declaredModel.ts";
import { parse } from "../../src/model/parse.ts";
import type { RunInfo } from "../../src/protocol/run.ts";
import type { Overlay, RunSummary, ToWebview } from "../../src/protocol/webview.ts";
import { StreamReader } from "../../src/text/stream/reader.ts";
import { openBrowser, type PanelPage } from "../webview/page.ts";
import { runOf, stateOf } from "../webview/runs.ts";

const repo = path.resolve(import.meta.dirname, "..", "..");
const folder = path.join(repo, "docs", "pictures");

interface Scene {
  /** The shown run, and those under it: a model of an example, or a stream that was recorded. */
  readonly runs: readonly (readonly [example: string, model: string] | readonly [stream: string])[];
  readonly charts: readonly string[];
}

/** Each chart from a run that has something to show there. */
const SCENES: readonly Scene[] = [
  {
    runs: [["vanishing", "sigmoid"]],
    charts: ["gradient-flow", "gains", "over-time", "updates", "histogram", "weights"],
  },
  { runs: [["vanishing", "relu-he"]], charts: ["activations"] },
  { runs: [["breast-cancer", "relu-he"]], charts: ["loss", "metric"] },
  { runs: [["clipping", "clipped"]], charts: ["clipping"] },
  { runs: [["recurrent", "rnn"]], charts: ["through-time", "time-map"] },
  { runs: [["amp"]], charts: ["loss-scale"] },
  {
    runs: [
      ["vanishing", "relu-he"],
      ["vanishing", "sigmoid"],
    ],
    charts: ["differences"],
  },
];

const THEMES: readonly ThemeName[] = ["dark", "light", "high-contrast", "high-contrast-light"];
const NARROW = 420;
const WIDE = 1100;
/** As much of the panel as a window shows. */
const HEIGHT = 900;

const fileOf = (example: string): string => path.join(repo, "examples", `${example}.gradlens.json`);

/** What a model of an example declares, which the panel of an editor knows beside the run. */
function declaredIn(example: string, model: string): Pick<RunInfo, "declared"> {
  const { models } = parse(fs.readFileSync(fileOf(example), "utf8"));
  const spec = models.find(({ name }) => name === model)?.spec;
  return spec ? { declared: declaredModel(spec) } : {};
}

const texts = new Map<string, string>();

function textOf([name, model]: Scene["runs"][number]): string {
  if (model === undefined)
    return fs.readFileSync(path.join(repo, "test", "reference", "watched", `${name}.jsonl`), "utf8");
  const key = `${name} ${model}`;
  const cli = path.join(repo, "dist", "cli.js");
  const args = [cli, "run", fileOf(name), "--model", model, "--format", "jsonl"];
  const text = texts.get(key) ?? execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e9 });
  texts.set(key, text);
  return text;
}

/** What a panel is told of these runs. */
function messagesOf(runs: Scene["runs"]): readonly ToWebview[] {
  const read = runs.map((run, i) => {
    const reader = new StreamReader();
    reader.take(new TextEncoder().encode(textOf(run)));
    const { info: told, end, recorder } = reader;
    if (!told || !end) throw new Error(`${run.join(" ")} has no run`);
    const info = run.length === 2 ? { ...told, ...declaredIn(...run) } : told;
    const summary: RunSummary = {
      ...runOf(info.layers),
      ...{ id: i + 1, info, state: "ended", end, step: recorder.step() },
      started: `14:0${i}:22`,
      file: run.length === 2 ? `${run[0]}.gradlens.json` : `${run[0]}.py`,
      steps_per_second: (end.steps * 1000) / end.elapsed_ms,
    };
    return { summary, history: recorder.since(0) };
  });
  const [first, ...others] = read;
  if (!first) return [];
  const overlays = others.map(({ summary }): Overlay => ({ run: summary.id, because: "parent" }));
  return [
    stateOf(
      read.map(({ summary }) => summary),
      first.history,
      { overlays },
    ),
    ...others.map(({ summary, history }) => ({ type: "frames", run: summary.id, history }) as const),
  ];
}

/** A picture of the page as WebP, of which the browser makes a fifth of the PNG. */
async function write(panel: PanelPage, name: string, png: Buffer): Promise<void> {
  const webp = await panel.page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.85);
  }, png.toString("base64"));
  fs.writeFileSync(path.join(folder, `${name}.webp`), Buffer.from(webp.split(",")[1] ?? "", "base64"));
}

const browser = await openBrowser();
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
try {
  for (const { runs, charts } of SCENES) {
    const panel = await browser.open(2 * NARROW, "dark", 2 * HEIGHT, 2);
    await panel.post(messagesOf(runs));
    for (const chart of charts) {
      const section = panel.page.locator(`[data-chart="${chart}"]`);
      await section.scrollIntoViewIfNeeded();
      await panel.settle();
      await write(panel, chart, await section.screenshot());
    }
    await panel.close();
  }
  for (const theme of THEMES)
    for (const [name, width] of [
      ["narrow", NARROW],
      ["wide", WIDE],
    ] as const) {
      const panel = await browser.open(2 * width, theme, 2 * HEIGHT, 2);
      await panel.post(
        messagesOf([
          ["vanishing", "relu-he"],
          ["vanishing", "sigmoid"],
        ]),
      );
      await panel.settle();
      await write(panel, `panel-${theme}-${name}`, await panel.page.screenshot());
      await panel.close();
    }
} finally {
  await browser.close();
}

const env = { ...process.env, GRADLENS_PICTURES: "1" };
const story = path.join(repo, "test", "ui", "story.test.ts");
execFileSync(process.execPath, ["--test", story], { env, stdio: "inherit" });
