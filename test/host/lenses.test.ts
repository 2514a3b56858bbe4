import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Lenses } from "../../src/host/codeLens.ts";
import { Models } from "../../src/host/models.ts";
import { Runs } from "../../src/host/runs.ts";
import { api, modelText, show, until } from "./support.ts";

suite("lenses that change", () => {
  suiteSetup(api);

  // VS Code asks only after a pause between changes: told too often it would never ask.
  test("are told of at most twice a second, and not again until VS Code has asked or forgotten", async () => {
    const [models, runs] = [new Models(), new Runs(() => 10)];
    const lenses = new Lenses(models, runs);
    let told = 0;
    lenses.onDidChangeCodeLenses(() => told++);
    try {
      const document = await show("lenses.gradlens.json", modelText());
      const unanswered = await during(1500, () => lenses.refresh());
      assert.ok(told >= 1 && told <= 1 + unanswered / 3000, `told ${told} times in ${unanswered} ms`);

      assert.equal(lenses.provideCodeLenses(document).length, 5);
      told = 0;
      const answered = await during(1500, () => {
        lenses.refresh();
        lenses.provideCodeLenses(document);
      });
      assert.ok(told >= 1 && told <= 1 + answered / 500, `told ${told} times in ${answered} ms`);

      lenses.refresh();
      await delay(600);
      const before = told; // the last of them is not answered
      await until("the reminder", () => told > before);
    } finally {
      lenses.dispose();
      runs.dispose();
      models.dispose();
    }
  });
});

/** Does this again and again; how long it took in the end, in milliseconds. */
async function during(ms: number, act: () => void): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < ms) {
    act();
    await delay(50);
  }
  return performance.now() - started;
}
