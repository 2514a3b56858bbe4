import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { Frame } from "playwright-core";
import { eventually, lensesWith, openWindow, panel, suiteInWindow, type TestWindow } from "./support.ts";

const FILE = "kept.gradlens.json";

const model = (steps: number): object => ({
  input: [2],
  layers: [
    { type: "Linear", name: "hidden", out_features: 8 },
    { type: "Tanh" },
    { type: "Linear", name: "head", out_features: 1 },
  ],
  loss: "BCEWithLogitsLoss",
  optimizer: { type: "SGD", lr: 0.5 },
  data: { type: "xor", samples: 64 },
  train: { steps, batch_size: 16, seed: 0 },
});

const TEXT = JSON.stringify({ version: 1, models: { short: model(300), endless: model(1e8) } }, undefined, 2);

suiteInWindow(
  "a window that is loaded anew",
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-kept-"));
    fs.writeFileSync(path.join(folder, FILE), TEXT);
    try {
      return await openWindow({ folder, openFile: FILE });
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
  (window) => {
    test("has the run of before, with the same lenses and the same charts", async () => {
      const { workbench } = window();
      await run(window(), "short");
      const lenses = await lensesWith(workbench, FILE, /after 300 steps · completed/);
      const shown = await charts((await panel(workbench)).frame);

      await workbench.page.reload();
      const again = await lensesWith(workbench, FILE, /after 300 steps · completed/);
      assert.deepEqual(again, lenses);
      const { frame } = await panel(workbench);
      await eventually(
        "the same tables",
        () => charts(frame),
        (text) => text === shown,
      );
    });

    test("says of one that was going on that it was interrupted, and has its steps", async () => {
      const { workbench } = window();
      await run(window(), "endless");
      await lensesWith(workbench, FILE, /step [\d,]+ \/ 100,000,000 · loss/);
      await workbench.page.waitForTimeout(6000); // it is written every 5 s
      await workbench.page.reload();
      await lensesWith(workbench, FILE, /loss \S+ after [\d,]+ steps · interrupted/);
      const { frame } = await panel(workbench);
      await eventually(
        "the run in the panel",
        () => frame.innerText("#app"),
        (text) => /Interrupted/.test(text),
      );
      await charts(frame);
    });
  },
);

/** Runs the model that stands there. */
const run = async ({ workbench }: TestWindow, name: string): Promise<void> => {
  await lensesWith(workbench, FILE, /▶ Run/);
  await workbench.goTo(TEXT.split("\n").findIndex((line) => line.includes(`"${name}"`)) + 1);
  await workbench.runCommand("GradLens: Run Model");
};

/** The charts' tables as text, as soon as they are there and stay: every figure that is drawn. */
const charts = (frame: Frame): Promise<string> => {
  let before = "";
  return eventually(
    "tables of the layers",
    () =>
      frame.evaluate(() => {
        for (const button of document.querySelectorAll<HTMLElement>('[aria-label="Show as table"]'))
          button.click();
        return [...document.querySelectorAll("#app table")].map(({ textContent }) => textContent).join("\n");
      }),
    (text) => {
      const stays = text === before;
      before = text;
      return stays && text.includes("hidden");
    },
  );
};
