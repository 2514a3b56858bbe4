import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { api, edit, ended, modelText, problems, show, start, stop, titles, until } from "./support.ts";

const probing = (on: boolean | undefined): Thenable<void> =>
  vscode.workspace.getConfiguration("gradlens").update("probe", on, vscode.ConfigurationTarget.Global);

const PROBED = /^(\$\(warning\) )?\(probe\) ‖∂L\/∂θ‖ \S+ · gain \S+/;

const probed = (uri: vscode.Uri): Promise<string> =>
  until("the figures of a probe", async () => (await titles(uri)).find((title) => PROBED.test(title)));

/** Waits until the text has been read, so that the next edit is one. */
async function opened(name: string, text = modelText()): Promise<vscode.TextDocument> {
  const document = await show(name, text);
  await until("the shapes", async () => (await titles(document.uri)).includes("[2] → [8] · 24 parameters"));
  return document;
}

suite("a probe", () => {
  suiteSetup(async () => {
    await api();
    await probing(true);
  });
  teardown(stop);
  suiteTeardown(() => probing(undefined));

  test("shows the figures of the first steps after an edit, without a run", async () => {
    const runs = (await api()).runs().length;
    const document = await opened("probe.gradlens.json");
    await delay(500);
    assert.ok(!(await titles(document.uri)).some((title) => title.includes("(probe)")), "nothing was edited");
    await edit(document, '"Tanh"', '"ReLU"');
    await probed(document.uri);
    assert.ok((await titles(document.uri)).some((title) => /^\(probe\) dead /.test(title)));
    assert.equal((await api()).runs().length, runs);
    await until("marks in the gutter", async () => (await api()).marks(document).length === 3);
  });

  test("follows the text: what is shown is of the model as it is", async () => {
    const document = await opened("typing.gradlens.json");
    for (const activation of ["ReLU", "Sigmoid", "GELU", "Softsign", "Tanh", "ReLU"]) {
      const now = /"type": "(ReLU|Sigmoid|GELU|Softsign|Tanh)"/.exec(document.getText())?.[1] ?? "";
      await edit(document, `"${now}"`, `"${activation}"`);
      await delay(180);
    }
    await until("the figures of a ReLU", async () =>
      (await titles(document.uri)).some((title) => /^\(probe\) dead /.test(title)),
    );
    // Broken, and then another model: the figures of the one before are not shown as its own.
    await edit(document, '"ReLU"', '"ReLU');
    await until("no figures that pass for those of the text", async () =>
      (await titles(document.uri)).every((title) => !title.startsWith("(probe)")),
    );
    await edit(document, '"ReLU', '"Sigmoid"');
    await until("the figures of a Sigmoid", async () =>
      (await titles(document.uri)).some((title) => /^\(probe\) saturated /.test(title)),
    );
  });

  test("gives way to a run, whose figures stay", async () => {
    const document = await opened("giving.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(160);
    const run = await ended(await start(document.uri));
    assert.equal(run.end?.reason, "completed");
    await delay(600);
    const found = await titles(document.uri);
    assert.ok(
      found.some((title) => /^‖∂L\/∂θ‖/.test(title)),
      found.join("\n"),
    );
    assert.ok(!found.some((title) => title.includes("(probe)")), found.join("\n"));
  });

  test("ends with its file, and does no harm", async () => {
    const document = await opened("closing.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(155);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await delay(300);
    const again = await show("closing.gradlens.json", modelText());
    assert.equal((await ended(await start(again.uri))).end?.reason, "completed");
  });

  test("finds what the first steps show with all seeds, and says that nobody ran it", async () => {
    const document = await opened("overflow.gradlens.json");
    await edit(document, '"lr": 0.5', '"lr": 1e30');
    const found = await until("the findings", () => {
      const told = problems(document.uri).filter(({ message }) => message.includes("without a run"));
      return told.length > 0 && told;
    });
    // A run may get over all that it has found, but for a NaN.
    for (const { code, severity } of found) {
      const isLost = typeof code === "object" && code.value === "non-finite";
      const { Error: error, Warning: warning } = vscode.DiagnosticSeverity;
      assert.equal(severity, isLost ? error : warning);
    }
    await edit(document, '"lr": 1e30', '"lr": 0.5');
    await until("nothing found", () => problems(document.uri).length === 0);
  });

  test("is not made where the setting is off", async () => {
    await probing(false);
    const document = await opened("off.gradlens.json");
    await edit(document, '"Tanh"', '"ReLU"');
    await delay(800);
    assert.ok(!(await titles(document.uri)).some((title) => title.includes("(probe)")));
    await probing(true);
  });
});
