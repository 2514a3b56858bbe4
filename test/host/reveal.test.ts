import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, edit, ended, ENDLESS, modelText, runThat, show, start, stop, summary } from "./support.ts";

const reveal = (run: number, layer: string): Thenable<string | undefined> =>
  vscode.commands.executeCommand("gradlens.revealLayer", run, layer);

suite("the way from a figure to its layer", () => {
  suiteSetup(api);
  teardown(stop);

  test("selects the layer's declaration", async () => {
    const document = await show("reveal.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    await show("other.gradlens.json", modelText());
    assert.equal(await reveal(id, "hidden"), undefined);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document, document);
    const selected = JSON.parse(document.getText(editor?.selection)) as unknown;
    assert.deepEqual(selected, { type: "Linear", name: "hidden", out_features: 8 });
  });

  test("says so where the layer is gone", async () => {
    const document = await show("removed.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    await edit(document, '"hidden"', '"renamed"');
    assert.match(
      (await reveal(id, "hidden")) ?? "",
      /^hidden is no longer in m: removed\.gradlens\.json has changed/,
    );
  });

  test("follows a file that is renamed, and says so where it is deleted", async () => {
    const document = await show("before.gradlens.json", modelText());
    const id = await start(document.uri);
    await ended(id);
    const change = new vscode.WorkspaceEdit();
    change.renameFile(document.uri, at("after.gradlens.json"));
    assert.ok(await vscode.workspace.applyEdit(change));
    await runThat(id, "renamed", ({ file }) => file === "after.gradlens.json");
    assert.equal(await reveal(id, "hidden"), undefined);

    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.workspace.fs.delete(at("after.gradlens.json"));
    assert.match((await reveal(id, "hidden")) ?? "", /^after\.gradlens\.json is gone/);
  });

  test("the panel gets messages while it is visible, at most twenty a second, and none once it is hidden", async () => {
    const { panelMessages } = await api();
    const document = await show("panel.gradlens.json", modelText(ENDLESS));
    const id = await start(document.uri);
    await vscode.commands.executeCommand("gradlens.showPanel");
    await runThat(id, "in the panel", () => panelMessages() > 5);
    const [first, startedMs] = [panelMessages(), performance.now()];
    await runThat(id, "twenty messages on", () => panelMessages() >= first + 20);
    const tookMs = performance.now() - startedMs;
    // Between twenty-one messages lie twenty intervals; the clock of a busy machine may be off by one of them.
    assert.ok(tookMs > 19 * 50, `20 messages in ${tookMs.toFixed(0)} ms`);

    await vscode.commands.executeCommand("workbench.action.closeAuxiliaryBar");
    const hidden = await quiet(panelMessages);
    const { step } = await summary(id);
    await runThat(id, "far on", (run) => run.step > step + 100);
    assert.equal(panelMessages(), hidden);
  });
});

suite("the panel in an editor tab", () => {
  suiteSetup(api);
  teardown(stop);

  test("shows a run as the view does", async () => {
    const { panelMessages } = await api();
    const document = await show("tab.gradlens.json", modelText(ENDLESS));
    await vscode.commands.executeCommand("workbench.action.closeAuxiliaryBar");
    const id = await start(document.uri);
    const before = await quiet(panelMessages);
    await vscode.commands.executeCommand("gradlens.openInEditor");
    await runThat(id, "in the tab", () => panelMessages() > before + 5);
    const tabs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
    const tab = tabs.find(({ label }) => label === "Gradients");
    assert.ok(tab);
    await vscode.window.tabGroups.close(tab);
    await quiet(panelMessages);
  });
});

/** The count once it has stood still for a while. */
async function quiet(count: () => number): Promise<number> {
  for (let last = -1; ;) {
    if (count() === last) return last;
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
