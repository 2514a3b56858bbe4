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
      for (let i = 0; i < 30; i++) {
        lenses.refresh();
        await delay(50);
      }
      assert.equal(told, 1);

      assert.equal(lenses.provideCodeLenses(document).length, 4);
      for (let i = 0; i < 10; i++) {
        lenses.refresh();
        lenses.provideCodeLenses(document);
        await delay(50);
      }
      assert.ok(told >= 2 && told <= 3, `told ${told} times`);

      const before = told;
      await until("the reminder", () => told > before);
    } finally {
      lenses.dispose();
      runs.dispose();
      models.dispose();
    }
  });
});
