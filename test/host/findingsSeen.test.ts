import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { Findings } from "../../src/host/findings.ts";
import { Models } from "../../src/host/models.ts";
import { ProgramAnchors } from "../../src/host/watch/programAnchors.ts";
import { ReaderThread } from "../../src/host/readerThread.ts";
import { requestOf } from "../../src/host/request.ts";
import { Runs } from "../../src/host/runs.ts";
import { frameOf } from "../support/frames.ts";
import { recorded } from "../support/history.ts";
import { api, modelText, show } from "./support.ts";

/** Nothing is learned up to here, and then all of it. */
const [STALLED, STEPS] = [60, 160] as const;

suite("findings at an earlier step of a run", () => {
  const owned: { dispose(): unknown }[] = [];
  const own = <T extends { dispose(): unknown }>(one: T): T => {
    owned.push(one);
    return one;
  };
  suiteSetup(api);
  teardown(async () => {
    for (const one of owned.splice(0).toReversed()) await one.dispose();
  });

  test("are what the lens names there; the Problems view tells of the whole run", async () => {
    const extension = vscode.extensions.getExtension("gradlens.gradlens")?.extensionPath ?? "";
    const reader = own(new ReaderThread(path.join(extension, "dist", "reader.cjs"), () => undefined));
    const models = own(new Models(reader));
    const runs = own(new Runs(() => 9));
    const findings = own(new Findings(models, runs, own(new ProgramAnchors(runs))));
    const document = await show("seen.gradlens.json", modelText({ train: { steps: STEPS, batch_size: 16 } }));
    await models.read(document);
    const [model] = models.of(document).models;
    const info = await models.expected(document, "m");
    assert.ok(model && info);
    const request = requestOf(document, model, info, {});
    assert.ok(typeof request !== "string");

    const run = runs.add(request);
    run.prepared({ info, files: [] }, false);
    const frames = Array.from({ length: STEPS }, (_, i) =>
      frameOf(
        info.layers.map(() => ({})),
        { loss: i < STALLED ? Math.LN2 : 0.01, lr: 0.1, grad_norm: 1, clip_coef: 1 },
        i + 1,
      ),
    );
    run.append(recorded(frames).since(0));
    run.finish({ reason: "completed", steps: STEPS, elapsed_ms: 1 });
    const head = models.held(document)?.find("m", "head");
    assert.ok(head);
    const named = (): string | undefined => findings.gravest(document).at(head)?.id;
    const told = (): readonly string[] => findings.of(document).map(({ found }) => found.id);

    assert.deepEqual([named(), told()], [undefined, []]);
    runs.look(run, STALLED);
    assert.deepEqual([named(), told()], ["loss-stalled", []]);
    runs.look(run, undefined);
    assert.deepEqual([named(), told()], [undefined, []]);
  });
});
