import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { api, ENDLESS, modelText, show, start, stepped, stop } from "./support.ts";

/** Figures are reported; what fails is only what no machine can excuse. */
suite("the extension host", () => {
  teardown(stop);

  test("is activated quickly", async () => {
    const { activationMs } = await api();
    console.log(`activation took ${activationMs.toFixed(1)} ms`);
    assert.ok(activationMs < 1000);
  });

  test("is not held up by a run, lenses and panel included", async () => {
    const document = await show("responsive.gradlens.json", modelText(ENDLESS));
    await vscode.commands.executeCommand("gradlens.showPanel");
    await delay(1000);
    const idle = await delaysMs();
    const id = await start(document.uri);
    await stepped(id);
    const running = await delaysMs();
    console.log(`event loop's delay in ms, idle: ${idle.text}; while a run goes on: ${running.text}`);
    assert.ok(running.p50 < 50);
  });
});

const MEASURED_MS = 3000;

async function delaysMs(): Promise<{ readonly p50: number; readonly text: string }> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  await delay(MEASURED_MS);
  histogram.disable();
  const ms = (percentile: number): number => histogram.percentile(percentile) / 1e6;
  const text = `p50 ${ms(50).toFixed(1)}, p99 ${ms(99).toFixed(1)}, max ${(histogram.max / 1e6).toFixed(1)}`;
  return { p50: ms(50), text };
}
