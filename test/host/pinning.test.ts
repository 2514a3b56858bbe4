import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, ended, modelText, show, start, stop, until } from "./support.ts";

/** The lenses that pin, or unpin. */
async function pins(uri: vscode.Uri): Promise<readonly vscode.Command[]> {
  const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
    100,
  );
  return all.flatMap(({ command }) => (command?.command === "gradlens.pinRun" ? [command] : []));
}

const pinTitles = async (uri: vscode.Uri): Promise<readonly string[]> =>
  (await pins(uri)).map(({ title }) => title);

const two = (): string => {
  const [one, other] = [modelText({}, "one"), modelText({}, "other")].map(
    (text) => JSON.parse(text) as { readonly models: object },
  );
  return JSON.stringify({ version: 1, models: { ...one?.models, ...other?.models } }, undefined, 2);
};

suite("the pin above a model", () => {
  suiteSetup(api);
  teardown(stop);

  test("is there once the model has a run, says what it does, and toggles", async () => {
    const { uri } = await show("pin.gradlens.json", two());
    assert.deepEqual(await pins(uri), []);
    const id = await start(uri, "one");
    await ended(id);
    const [pin, ...others] = await pins(uri);
    assert.ok(pin);
    assert.deepEqual(others, [], "the model that has not run has none");
    assert.deepEqual([pin.title, pin.arguments], ["$(pin)\u00a0Pin", [id]]);
    assert.match(pin.tooltip ?? "", /lies under whichever run the panel shows/);
    await vscode.commands.executeCommand(pin.command, id);
    await until("it to be pinned", async () => (await pinTitles(uri))[0] === "$(pinned)\u00a0Pinned");
    const [pinned] = await pins(uri);
    assert.match(pinned?.tooltip ?? "", /Click to unpin it/);
    await vscode.commands.executeCommand(pin.command, id);
    await until("it to be loose", async () => (await pinTitles(uri))[0] === "$(pin)\u00a0Pin");
  });

  test("is of the latest run: the next one has its own", async () => {
    const { uri } = await show("pins.gradlens.json", modelText());
    const first = await start(uri);
    await ended(first);
    await vscode.commands.executeCommand("gradlens.pinRun", first);
    assert.deepEqual(await pinTitles(uri), ["$(pinned)\u00a0Pinned"]);
    const second = await start(uri);
    await ended(second);
    const [pin] = await pins(uri);
    assert.deepEqual([pin?.title, pin?.arguments], ["$(pin)\u00a0Pin", [second]]);
    await vscode.commands.executeCommand("gradlens.pinRun", first);
  });

  test("is not there where the setting says so", async () => {
    const { uri } = await show("unpinned.gradlens.json", modelText());
    await ended(await start(uri));
    const settings = vscode.workspace.getConfiguration("gradlens");
    await settings.update("codeLens.pin", false, vscode.ConfigurationTarget.Global);
    try {
      await until("no pin", async () => (await pins(uri)).length === 0);
    } finally {
      await settings.update("codeLens.pin", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test("by the palette: it is the run of the model at the cursor", async () => {
    const document = await show("palette.gradlens.json", two());
    for (const model of ["one", "other"]) await ended(await start(document.uri, model));
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const at = document.positionAt(document.getText().indexOf('"one"'));
    editor.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand("gradlens.pinRun");
    assert.deepEqual(await pinTitles(document.uri), ["$(pinned)\u00a0Pinned", "$(pin)\u00a0Pin"]);
    await vscode.commands.executeCommand("gradlens.pinRun");
    assert.deepEqual(await pinTitles(document.uri), ["$(pin)\u00a0Pin", "$(pin)\u00a0Pin"]);
  });
});
