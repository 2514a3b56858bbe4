import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type * as vscode from "vscode";
import { Announcer } from "../../src/host/lensAnnouncer.ts";
import { api, modelText, show, until } from "./support.ts";

suite("lenses that change", () => {
  let document: vscode.TextDocument;
  let announcer: Announcer;
  let told: number;

  suiteSetup(async () => {
    await api();
    document = await show("lenses.gradlens.json", modelText());
  });
  setup(() => {
    announcer = new Announcer(() => [document]);
    told = 0;
    announcer.event(() => told++);
  });
  teardown(() => announcer.dispose());

  // VS Code asks only after a pause between changes: told too often it would never ask.
  test("are told of at most twice a second, however often they change", async () => {
    const tookMs = await during(2000, () => {
      announcer.soon();
      announcer.asked(document);
    });
    assert.ok(told >= 2 && told <= 1 + tookMs / 500, `told ${told} times in ${tookMs} ms`);
  });

  test("are told of again soon where VS Code does not ask, but always later, so that it comes to ask", async () => {
    const times: number[] = [];
    announcer.event(() => times.push(performance.now()));
    announcer.soon();
    await during(3500, () => announcer.soon());
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    assert.ok(waits.length >= 2, `told ${times.length} times`);
    assert.ok((waits[0] ?? Infinity) < 900, `the first reminder came after ${waits[0]} ms`);
    for (const [i, wait] of waits.entries()) assert.ok(wait > 1.7 * (waits[i - 1] ?? 0), waits.join(", "));
  });

  test("are told of at once where a run has ended, and again soon where VS Code does not ask", async () => {
    announcer.now();
    announcer.asked(document);
    const before = told;
    announcer.now();
    assert.equal(told, before + 1);
    await until("the reminder", () => told > before + 1);
  });

  test("are told of again soon where a run ends while VS Code has forgotten for long", async () => {
    announcer.soon();
    await delay(3000); // the next reminder would come 2 s later
    const before = told;
    announcer.now();
    assert.equal(told, before + 1);
    await delay(1000);
    assert.ok(told > before + 1, `told ${told - before} times`);
  });

  test("are told of again as soon as ever after a wait in which VS Code had forgotten", async () => {
    announcer.now();
    await delay(2000);
    announcer.asked(document);
    announcer.now();
    const before = told;
    await delay(1000);
    assert.ok(told > before, "there was no reminder");
  });

  // Meanwhile other extensions have registered lenses, and VS Code may show remembered ones, which cannot be clicked.
  test("are told of again once their editor has been on screen for a while, though VS Code has asked before", async () => {
    announcer.now();
    announcer.asked(document);
    announcer.shown();
    const before = told;
    await until("them to be told of", () => told > before);
    announcer.asked(document);
    const after = told;
    await until("them to be told of later, too", () => told > after);
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
