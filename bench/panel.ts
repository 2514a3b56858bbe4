import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import { STATS, type Frame } from "../src/protocol/frame.ts";
import type { Increment } from "../src/protocol/increment.ts";
import { Recorder } from "../src/protocol/recorder.ts";
import type { RunSummary, ToWebview } from "../src/protocol/webview.ts";
import { VERSION } from "../src/storage/keptRun.ts";
import { RunFiles } from "../src/storage/runFiles.ts";
import { openBrowser } from "../test/webview/page.ts";
import { chainLayers, framesOf, generator, runOf, stateOf } from "../test/webview/runs.ts";

/** Of many times, in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** What it takes to show a large run in the panel. */
export interface PanelFigures {
  readonly layers: number;
  readonly steps: number;
  /** From the beginning of the page to all of a run that it draws. */
  readonly firstPaint: Spread;
  /** A live update with all that is drawn for it: script, and all that its thread does, in time of the processor. */
  readonly update: { readonly script: Spread; readonly all: Spread };
  /** From picture to picture while one goes through the steps. */
  readonly scrubbing: Spread;
  /** Reading the list of kept runs of this size, after which they are there. */
  readonly restored: Spread & { readonly runs: number };
}

const [LAYERS, STEPS, UPDATES, OPENINGS, PICTURES, RUNS, LISTINGS] = [100, 5000, 200, 20, 120, 20, 20];

/** Shows a run of 100 layers and 5,000 steps in Chromium, in a window of 1000 × 1000, as VS Code holds the panel. */
export async function measurePanel(): Promise<PanelFigures> {
  const layers = chainLayers(LAYERS / 2)
    .slice(0, LAYERS)
    .map((layer) => ({ ...layer, stats: STATS }));
  const frames = everyFigure(layers.length);
  const recorder = new Recorder();
  for (const frame of frames.slice(0, STEPS)) recorder.push(frame);
  const one = runOf(layers, { step: STEPS });
  const run = { ...one, info: { ...one.info, steps: 2 * STEPS } };
  const history = recorder.since(0);
  const updates = frames.slice(STEPS).map((frame): ToWebview => {
    const reached = recorder.step();
    recorder.push(frame);
    return { type: "frames", run: run.id, history: recorder.since(reached) };
  });

  const browser = await openBrowser();
  const { page } = await browser.open(1000, "dark", 1000);
  try {
    const state = stateOf([run], history);
    const openings: number[] = [];
    for (let i = 0; i < OPENINGS; i++) openings.push(await opened(page, state));
    return {
      layers: LAYERS,
      steps: STEPS,
      firstPaint: spreadOf(openings),
      update: await updated(page, updates),
      scrubbing: spreadOf(await page.evaluate(scrub, PICTURES)),
      restored: { ...spreadOf(await listed(run, history)), runs: RUNS },
    };
  } finally {
    await browser.close();
  }
}

/** Frames of a chain in which every statistic of every layer is a number, and none is broken. */
function everyFigure(layers: number): readonly Frame[] {
  const random = generator(3);
  const made = framesOf(chainLayers(layers / 2).slice(0, layers), {
    steps: STEPS + UPDATES,
    gain: () => 0.98,
    clips: (step) => step % 9 === 0,
    totals: (step) => ({ metric: 0.5, ...(step % 50 === 0 && { val_loss: 0.7, val_metric: 0.5 }) }),
  });
  for (const { values } of made)
    for (const [i, value] of values.entries())
      if (Number.isNaN(value)) values[i] = STATS[i % STATS.length].endsWith("nonfinite") ? 0 : random();
  return made;
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  return { p50: quantile(0.5), p95: quantile(0.95) };
}

/** Milliseconds from a new page's beginning, without the time that the measurement takes in between, to all that it draws. */
async function opened(page: Page, state: ToWebview): Promise<number> {
  await page.reload();
  return page.evaluate(paintState, state);
}

async function paintState(state: ToWebview): Promise<number> {
  // As VS Code paints the page: reloading took that away.
  document.body.className = "vscode-dark";
  const [loading] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  await new Promise(requestAnimationFrame);
  const from = performance.now();
  window.postMessage(state, "*");
  const isDrawn = (canvas: HTMLCanvasElement): boolean => canvas.width !== 300; // what one has that nobody touched
  const inView = ({ top, bottom }: DOMRect): boolean => bottom > 0 && top < innerHeight;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const canvases = [...document.querySelectorAll<HTMLCanvasElement>("[data-chart] canvas")];
    const seen = canvases.filter((one) => one.offsetParent !== null && inView(one.getBoundingClientRect()));
    if (seen.length > 0 && seen.every(isDrawn)) break;
  }
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return loading.domContentLoadedEventEnd + (performance.now() - from);
}

/** Makes the updates one by one, each with the time for everything that it leads to. */
async function updated(page: Page, updates: readonly ToWebview[]): Promise<PanelFigures["update"]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate((messages) => Object.assign(window, { messages: [...messages] }), updates);
  const [script, all]: [number[], number[]] = [[], []];
  for (const _ of updates) {
    const before = await spent(session);
    await page.evaluate(async () => {
      window.postMessage((window as unknown as { messages: ToWebview[] }).messages.shift(), "*");
      await new Promise((done) => setTimeout(done, 50));
    });
    const after = await spent(session);
    script.push(after.script - before.script);
    all.push(after.all - before.all);
  }
  return { script: spreadOf(script), all: spreadOf(all) };
}

/** Milliseconds of the processor that the page's thread has had. */
async function spent(session: CDPSession): Promise<{ readonly script: number; readonly all: number }> {
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string): number => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? NaN);
  return { script: of("ScriptDuration"), all: of("TaskDuration") };
}

async function scrub(pictures: number): Promise<readonly number[]> {
  const slider = document.querySelector<HTMLInputElement>("input.steps");
  if (!slider) throw new Error("there is no slider");
  const times: number[] = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < pictures; i++) {
    slider.value = String(Math.round((i * Number(slider.max)) / pictures));
    slider.dispatchEvent(new Event("input"));
    const now = await new Promise(requestAnimationFrame);
    times.push(now - before);
    before = now;
  }
  return times;
}

/** Milliseconds that it takes to list so many kept runs. */
async function listed({ info }: RunSummary, history: Increment): Promise<readonly number[]> {
  const folder = mkdtempSync(join(os.tmpdir(), "gradlens-bench-panel-"));
  try {
    const { layers: _, ...told } = info;
    for (let i = 0; i < RUNS; i++) {
      await new RunFiles(folder).write(
        `run-${i}`,
        {
          version: VERSION,
          file: "bench.gradlens.json",
          model: info.model,
          fingerprint: "",
          info: told,
          pinned: false,
          started: i,
          end: { reason: "completed", steps: STEPS, elapsed_ms: 1 },
          elapsed_ms: 1,
          step: STEPS,
          loss: 0.5,
          severity: "ok",
          files: [],
        },
        { info, history },
      );
    }
    const times: number[] = [];
    for (let i = 0; i < LISTINGS; i++) {
      const from = performance.now();
      const { kept } = await new RunFiles(folder).list();
      times.push(performance.now() - from);
      if (kept.length !== RUNS) throw new Error(`${kept.length} of ${RUNS} runs are there`);
    }
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
