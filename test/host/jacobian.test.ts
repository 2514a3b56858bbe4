import assert from "node:assert/strict";
import * as vscode from "vscode";
import { partsOf } from "../../src/host/jacobian.ts";
import type { Spectrum } from "../../src/protocol/spectrum.ts";
import { api, ended, ENDLESS, modelText, show, start, stepped, stop } from "./support.ts";

const compute = (run: number, path: string): Thenable<Spectrum | undefined> =>
  vscode.commands.executeCommand("gradlens.jacobianSpectrum", run, path);

suite("the Jacobian spectrum of a run", () => {
  suiteSetup(api);
  teardown(stop);

  test("is that of a layer, a block or the model, while the run goes on and when it has ended", async () => {
    const document = await show("spectrum.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await stepped(id);
    const during = await compute(id, "hidden");
    assert.deepEqual([during?.inputs, during?.outputs, during?.values.length], [2, 8, 2]);
    await stop();
    const { step } = await ended(id);
    const after = await compute(id, "");
    assert.deepEqual([after?.inputs, after?.outputs, after?.step], [2, 1, step]);
  });

  test("is of the latest run alone, whose weights there are", async () => {
    const document = await show("spectrum.gradlens.json", modelText());
    const first = await start(document.uri);
    await ended(first);
    await ended(await start(document.uri));
    assert.equal(await compute(first, "hidden"), undefined);
  });

  test("can be of every layer and block of a model", () => {
    assert.deepEqual(partsOf(["block.0.0", "block.0.1", "block.1.0", "head"]), [
      ...["block", "block.0", "block.0.0", "block.0.1", "block.1", "block.1.0", "head"],
    ]);
  });
});
