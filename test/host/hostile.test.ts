import assert from "node:assert/strict";
import * as vscode from "vscode";
import { api, at, edit, ended, modelText, problems, show, start, titles, until, shown } from "./support.ts";

/** What a name in a file from elsewhere may be. */
const EVIL =
  "[Show Problems](command:workbench.action.terminal.new) $(bug) ![i](https://example.org/x.png) https://example.org\u202e\n\x1b[1m<b>`";
const FILE = "[Open](command:workbench.action.terminal.new) $(bug).gradlens.json";

const LINK = /\[[^\]]+\]\([^)]*\)/;
const ICON = /\$\([a-z0-9~-]+\)/i;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Icons that the code itself puts in front. */
const OWN_ICON = /^\$\((error|warning|check|loading~spin|pulse|pin|pinned)\)\s/;

function assertPlain(text: string): void {
  const rest = text.replace(OWN_ICON, "");
  for (const mark of [LINK, ICON, UNSEEN]) assert.doesNotMatch(rest, mark);
  assert.ok(text.length <= 520, `${text.length}`);
}

/** Markdown in which everything of a name is escaped: what is left of it are the code's own links. */
function assertEscaped(markdown: string): void {
  const rest = markdown
    .replace(/\\[!-/:-@[-`{-~]/g, "")
    .replace(/\[[A-Z][A-Za-z ]+\]\(command:gradlens\.\w+\)/g, "");
  assert.doesNotMatch(rest, /[[\]<>`!]|\$\(|https?:|command:/);
}

const BROKEN = { layers: [{ type: "Relu" }] };

const command = (name: string, ...args: unknown[]) =>
  vscode.commands.executeCommand(`gradlens.${name}`, ...args);

suite("names from a hostile file", () => {
  suiteSetup(api);

  const open = (fields: Parameters<typeof modelText>[0] = {}) => show(FILE, modelText(fields, EVIL));

  /** A message each, by what provokes it. */
  const messages: Readonly<Record<string, () => unknown>> = {
    "running a broken model": async () => command("run", (await open(BROKEN)).uri, EVIL),
    "exporting a broken model": async () => command("exportPyTorch", (await open(BROKEN)).uri, EVIL),
    "exporting the broken model at the cursor": async () => {
      await open(BROKEN);
      return command("exportPyTorch");
    },
    "running a model that is gone": async () => command("run", (await open()).uri, `${EVIL}2`),
    "running a file that is gone": () => command("run", at(`gone ${FILE}`)),
    "running a model of a file that has not been saved": async () => {
      const uri = vscode.Uri.from({ scheme: "untitled", path: `/new ${FILE}` });
      const document = await vscode.workspace.openTextDocument(uri);
      if (document.getText() === "") {
        const change = new vscode.WorkspaceEdit();
        change.insert(uri, new vscode.Position(0, 0), modelText({}, EVIL));
        await vscode.workspace.applyEdit(change);
      }
      return command("run", uri, EVIL);
    },
    "running a file without models": async () =>
      command("run", (await show(`none ${FILE}`, '{ "version": 1, "models": {} }')).uri),
    "picking a model": async () => {
      await open(BROKEN);
      return command("runPick");
    },
    "revealing a layer that is gone": async () =>
      command("revealLayer", await start((await open()).uri, EVIL), `${EVIL}.0`),
    "a command that fails": async () => {
      const { uri } = await open();
      return command("newModel", vscode.Uri.joinPath(uri, "m.gradlens.json"));
    },
  };

  for (const [what, provoke] of Object.entries(messages)) {
    test(`are text alone in the message of ${what}`, async () => {
      const all = await shown(provoke);
      assert.ok(all.length > 0, "nothing was said");
      for (const { text, buttons } of all) {
        assertPlain(text);
        assert.ok(buttons.every((button) => /^[A-Z][A-Za-z ]+$/.test(String(button))));
      }
      assert.ok(
        all.some(({ text }) => /\[(Open|Show Problems)\] \(command:/.test(text)),
        all.map(({ text }) => text).join("\n"),
      );
    });
  }

  test("are text alone in the status bar, in its tooltip, in lenses, hovers and problems", async () => {
    const document = await open({ data: { type: "csv", path: `${EVIL}.csv`, target: EVIL } });
    const found = await until("a problem of the data", () =>
      problems(document.uri).find(({ code }) => code === "data"),
    );
    assertPlain(found.message);
    assert.match(found.message, /\[Show Problems\] \(command:/);
    const { end } = await ended(await start(document.uri, EVIL));
    assert.equal(end?.reason, "failed");

    const { statusText, statusTooltip } = await api();
    await until("the status bar to say so", () => statusText().includes("failed"));
    assertPlain(statusText());
    assertEscaped(statusTooltip());
    assert.match(statusTooltip(), /\\\[Show Problems\\\]/);
    for (const title of await titles(document.uri)) assertPlain(title);
    assert.ok((await titles(document.uri)).some((title) => title.includes("failed")));
  });

  test("are text alone in the title of a fix, and whole in the text that it writes", async () => {
    const name = "[a](command:b)$(bug)";
    const text = modelText({}, name).replace('"models": {', `"models": { "x": { "extends": "${name}?" },`);
    const document = await show(`fix ${FILE}`, text);
    const problem = await until("the problem", () =>
      problems(document.uri).find(({ code }) => code === "extends.unknown-model"),
    );
    assertPlain(problem.message);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ edit, title }) => edit && title.startsWith("Replace by"));
    assert.ok(fix?.edit, "there is a fix");
    assertPlain(fix.title);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await until("no problem", () => problems(document.uri).length === 0);
  });

  test("of a sound model do not keep it from running beside a broken one, nor that from being told of", async () => {
    const document = await show("mixed.gradlens.json", modelText());
    await edit(
      document,
      '"models": {',
      '"models": { "broken": { "extends": "m", "layers": [{ "type": "Relu" }] },',
    );
    await until("the problem", () => problems(document.uri)[0]);
    const { end } = await ended(await start(document.uri));
    assert.equal(end?.reason, "completed");
    const said = await shown(() => command("run", document.uri, "broken"));
    assert.deepEqual(
      said.map(({ text }) => text),
      ["broken cannot run: its file has problems, which the Problems view lists."],
    );
  });
});
