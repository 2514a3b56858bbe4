import { STATS, type Frame } from "../src/protocol/frame.ts";
import { Recorder } from "../src/protocol/recorder.ts";
import type { ToWebview } from "../src/protocol/webview.ts";
import { openBrowser } from "../test/webview/page.ts";
import { chainLayers, framesOf, generator, runOf, stateOf } from "../test/webview/runs.ts";

/** What it takes to show a large run in the panel, in milliseconds but for `scrubbing`. */
export interface PanelFigures {
  readonly layers: number;
  readonly steps: number;
  /** From the beginning of the page to all of a run that it draws. */
  readonly firstPaint: number;
  /** Script of a live update, with all that is drawn for it. */
  readonly update: { readonly p50: number; readonly p95: number };
  /** Pictures a second while one goes through the steps. */
  readonly scrubbing: number;
}

const [LAYERS, STEPS, UPDATES] = [100, 5000, 200] as const;

/** Every statistic of every layer is a number. */
function frames(): readonly Frame[] {
  const random = generator(3);
  const layers = chainLayers(LAYERS / 2).slice(0, LAYERS);
  const made = framesOf(layers, {
    steps: STEPS + UPDATES,
    gain: () => 0.98,
    clips: (step) => step % 9 === 0,
    totals: (step) => ({ metric: 0.5, ...(step % 50 === 0 && { val_loss: 0.7, val_metric: 0.5 }) }),
  });
  for (const { values } of made)
    for (const [i, value] of values.entries()) if (Number.isNaN(value)) values[i] = random();
  return made;
}

/** Shows a run of 100 layers and 5,000 steps in Chromium, in a window of 1000 × 1000, as VS Code holds the panel. */
export async function measurePanel(): Promise<PanelFigures> {
  const layers = chainLayers(LAYERS / 2)
    .slice(0, LAYERS)
    .map((layer) => ({ ...layer, stats: STATS }));
  const recorder = new Recorder();
  const [past, live] = [frames().slice(0, STEPS), frames().slice(STEPS)];
  for (const frame of past) recorder.push(frame);
  const run = runOf(layers, { step: STEPS });
  const state = stateOf([{ ...run, info: { ...run.info, steps: 2 * STEPS } }], recorder.since(0));
  const updates = live.map((frame): ToWebview => {
    const reached = recorder.step();
    recorder.push(frame);
    return { type: "frames", run: 1, history: recorder.since(reached) };
  });

  const browser = await openBrowser();
  const { page } = await browser.open(1000, "dark", 1000);
  try {
    await page.addInitScript(watchScript);
    await page.reload();
    await page.evaluate(watchTheme);
    const firstPaint = await page.evaluate(paintState, state);
    const times = await page.evaluate(makeUpdates, updates);
    const sorted = times.slice(20).toSorted((a, b) => a - b);
    const quantile = (q: number): number => sorted[Math.floor(q * sorted.length)] ?? NaN;
    const scrubbing = await page.evaluate(scrub);
    return {
      layers: LAYERS,
      steps: STEPS,
      firstPaint,
      update: { p50: quantile(0.5), p95: quantile(0.95) },
      scrubbing,
    };
  } finally {
    await browser.close();
  }
}

interface Watched {
  /** Milliseconds of script since it was last read. */
  spent: number;
  /** When the page's script had asked for the run. */
  readyAt: number;
}

/** Adds up how long the panel's callbacks take. */
function watchScript(): void {
  const watched: Watched = { spent: 0, readyAt: NaN };
  Object.assign(window, { watched });
  const timed =
    <T extends readonly unknown[]>(act: (...args: T) => unknown) =>
    (...args: T): void => {
      const from = performance.now();
      act(...args);
      watched.spent += performance.now() - from;
    };
  const [frame, listen] = [window.requestAnimationFrame.bind(window), window.addEventListener.bind(window)];
  window.requestAnimationFrame = (callback) => frame(timed(callback));
  window.addEventListener = ((type: string, listener: EventListener) => {
    listen(type, type === "message" ? timed(listener) : listener);
  }) as typeof window.addEventListener;
  document.addEventListener("DOMContentLoaded", () => (watched.readyAt = performance.now()));
}

/** The page is as VS Code paints it: reloading took that away. */
const watchTheme = (): void => {
  document.body.className = "vscode-dark";
};

/** Milliseconds from the page's beginning, without the time that the measurement took in between, to all that it draws. */
async function paintState(state: ToWebview): Promise<number> {
  const { readyAt } = (window as unknown as { watched: Watched }).watched;
  const from = performance.now();
  window.postMessage(state, "*");
  await new Promise((done) => setTimeout(done));
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  return readyAt + (performance.now() - from);
}

async function makeUpdates(updates: readonly ToWebview[]): Promise<readonly number[]> {
  const { watched } = window as unknown as { watched: Watched };
  const times: number[] = [];
  for (const update of updates) {
    watched.spent = 0;
    window.postMessage(update, "*");
    await new Promise((done) => setTimeout(done, 50));
    times.push(watched.spent);
  }
  return times;
}

async function scrub(): Promise<number> {
  const slider = document.querySelector<HTMLInputElement>("input.steps");
  if (!slider) throw new Error("there is no slider");
  const pictures = 120;
  const from = performance.now();
  for (let i = 0; i < pictures; i++) {
    slider.value = String(Math.round((i * Number(slider.max)) / pictures));
    slider.dispatchEvent(new Event("input"));
    await new Promise(requestAnimationFrame);
  }
  return (1000 * pictures) / (performance.now() - from);
}
