import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import { lensesWith, openWindow, repo, suiteInWindow } from "./support.ts";

const FILE = "hostile.gradlens.json";
/** Nobody has this address: a request of it would fail, but it would be seen. */
const HOST = "gradlens.invalid";
const NAME = `[Show Problems](command:workbench.action.terminal.new) $(bug) ![i](https://${HOST}/i.png) <img src="https://${HOST}/j.png">`;

const model = (layer: string) => ({
  input: [2],
  layers: [{ type: layer, out_features: 1 }],
  loss: "BCEWithLogitsLoss",
  data: { type: "csv", path: "cells.csv", target: "t" },
});

/** A folder as it may come from anywhere: names and cells that VS Code would make something of. */
function hostileFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-hostile-"));
  const models = { [`${NAME} broken`]: model("Lineal"), [NAME]: model("Linear") };
  fs.writeFileSync(path.join(folder, FILE), JSON.stringify({ version: 1, models }, undefined, 2));
  fs.writeFileSync(path.join(folder, "cells.csv"), `a,b,t\n1,${NAME.replaceAll('"', "'")},0\n2,3,1\n`);
  return folder;
}

const folder = hostileFolder();

suiteInWindow(
  "a folder with hostile names, in Restricted Mode",
  async () => {
    const window = await openWindow({
      folder,
      openFile: FILE,
      plain: true,
      workspaceTrust: true,
      settings: { "security.workspace.trust.startupPrompt": "never" },
      extensionDevelopmentPath: repo,
    });
    fs.rmSync(folder, { recursive: true });
    return window;
  },
  (window) => {
    const requests: string[] = [];

    /** The name is there as text, and nothing in the element was made of it. */
    const assertText = async (element: Locator): Promise<void> => {
      const text = await element.innerText();
      assert.match(
        text.replaceAll("\u00a0", " "),
        /\[Show Problems\] ?\(command:workbench\.action\.terminal\.new\)/,
      );
      assert.match(text, /\$ ?\(bug\)/);
      assert.equal(await element.locator("img, .codicon-bug").count(), 0);
      const links = await element
        .locator("a")
        .evaluateAll((all) =>
          all.map((link) => link.getAttribute("data-href") ?? link.getAttribute("href") ?? ""),
        );
      assert.deepEqual(
        links.filter((link) => !/^command:gradlens\.\w+$/.test(link)),
        [],
      );
    };

    test("a notification shows a model's name as text, without a link in it", async () => {
      const { workbench } = window();
      workbench.page.on("request", (request) => requests.push(request.url()));
      await workbench.banner.filter({ hasText: "Restricted Mode" }).waitFor();
      await lensesWith(workbench, FILE, /▶ Run · 1 layer/);
      await workbench.goTo(6);
      await workbench.runCommand("GradLens: Export to PyTorch");
      const notification = workbench.notifications.filter({ hasText: "cannot be exported" });
      await notification.waitFor();
      const message = notification.locator(".notification-list-item-message");
      await assertText(message);
      assert.equal(await message.locator("a, .codicon").count(), 0);
    });

    test("the status bar, its tooltip and the lens show names and cells as text, and ask no address for anything", async () => {
      const { workbench } = window();
      await workbench.trustWorkspace();
      await workbench.openFile(FILE);
      await workbench.codeLenses(FILE).filter({ hasText: "▶ Run" }).first().click();
      await lensesWith(workbench, FILE, /failed: cells\.csv, line 2/);
      const item = workbench.page.locator(".statusbar-item", { hasText: "failed" }).first();
      await item.waitFor();
      assert.equal(await item.locator(".codicon-bug, a[href^=command]").count(), 0);
      assert.match(await item.innerText(), /\[Show Problems\]/);
      assert.equal(await workbench.codeLenses(FILE).locator(".codicon-bug").count(), 0);

      await item.hover();
      const hover = workbench.page
        .locator(".monaco-hover:not(.hidden)")
        .filter({ hasText: "Run Again" })
        .first();
      await hover.waitFor();
      await assertText(hover);
      assert.match(await hover.innerText(), /cells\.csv, line 2, column "b": expected a number, found/);
      assert.deepEqual(
        requests.filter((url) => url.includes(HOST)),
        [],
      );
    });
  },
);
