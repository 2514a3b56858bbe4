import { after, before, suite, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { packExtension } from "../../tools/package.mjs";
import { eventually, lensesWith, openPlainWindow, repo, screenshot, type TestWindow } from "./support.ts";

const EXAMPLE = "vanishing.gradlens.json";

suite("the package", () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-package-"));
  const vsix = path.join(scratch, "gradlens.vsix");
  const extensionsDir = path.join(scratch, "extensions");

  before(async () => {
    await packExtension(vsix);
    const args = ["--install-extension", vsix, "--extensions-dir", extensionsDir];
    execFileSync(process.execPath, [path.join(repo, "tools", "vscode", "code.mjs"), ...args]);
  });
  after(() => fs.rmSync(scratch, { recursive: true, force: true }));

  test("holds what runs and nothing else", () => {
    const names = Object.keys(unzipSync(fs.readFileSync(vsix))).filter((name) =>
      name.startsWith("extension/"),
    );
    const files = names.map((name) => name.slice("extension/".length));
    const outside = files.filter((name) => !/^(dist|media|examples|python)\//.test(name));
    assert.deepEqual(outside.sort(), [
      "LICENSE.txt",
      "changelog.md",
      "docs/findings.md",
      "l10n/bundle.l10n.de.json",
      "package.json",
      "package.nls.de.json",
      "package.nls.json",
      "readme.md",
    ]);
    assert.deepEqual(files.filter((name) => name.startsWith("dist/")).sort(), [
      "dist/cli.js",
      "dist/codicon.ttf",
      "dist/engine-process.cjs",
      "dist/extension.cjs",
      "dist/kernel-thread.cjs",
      "dist/kernels-fma.wasm",
      "dist/kernels-simd.wasm",
      "dist/kernels-wide.wasm",
      "dist/licences.txt",
      "dist/reader.cjs",
      "dist/webview.css",
      "dist/webview.js",
      "dist/worker.cjs",
    ]);
    const packaged = files.filter((name) => name.startsWith("python/"));
    const modules = fs.readdirSync(path.join(repo, "python/gradlens")).filter((name) => name.endsWith(".py"));
    const beside = ["python/README.md", "python/gradlens/py.typed", "python/pyproject.toml"];
    assert.deepEqual(
      packaged.sort(),
      [...modules.map((name) => `python/gradlens/${name}`), ...beside].sort(),
    );
    assert.deepEqual(files.filter((name) => name.includes("schema")).sort(), [
      "media/gradlens.schema.de.json",
      "media/gradlens.schema.json",
    ]);
    assert.ok(files.includes(`examples/${EXAMPLE}`));
  });

  test("holds the pictures that its README shows, and is small", () => {
    const files = unzipSync(fs.readFileSync(vsix));
    const readme = new TextDecoder().decode(files["extension/readme.md"]);
    const pictures = [...readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, to = ""]) => to);
    assert.ok(pictures.length > 0);
    for (const to of pictures) assert.ok(`extension/${to}` in files, `${to} is not in the package`);
    const { size } = fs.statSync(vsix);
    console.log(`The package has ${(size / 1e6).toFixed(2)} MB.`);
    assert.ok(size < 1.5e6, `${size} bytes`);
  });

  const inWindow = async (use: (window: TestWindow) => Promise<void>): Promise<void> => {
    const settings = { "security.workspace.trust.startupPrompt": "never" };
    const options = { extensionsDir, plain: true, workspaceTrust: true, openFile: EXAMPLE, settings };
    const window = await openPlainWindow(options);
    try {
      await use(window);
    } catch (error) {
      console.log(`Picture: ${await screenshot(window.workbench, "package")}`);
      throw error;
    } finally {
      await window.close();
    }
  };

  test("installed, reads models in Restricted Mode, and runs them once the folder is trusted", () =>
    inWindow(async ({ workbench }) => {
      await workbench.banner.filter({ hasText: "Restricted Mode" }).waitFor();
      await lensesWith(workbench, EXAMPLE, /▶ Run · \d+ layers/);
      await eventually(
        "what the JSON Schema says of a field",
        async () => (await workbench.hover(EXAMPLE, '"loss"')).innerText(),
        (shown) => shown.includes("What training minimises"),
      );
      const run = workbench.codeLenses(EXAMPLE).filter({ hasText: "▶ Run" }).first();
      await run.click();
      await workbench.notifications.filter({ hasText: "trusted workspaces only" }).waitFor();

      await workbench.trustWorkspace();
      await workbench.openFile(EXAMPLE);
      await run.click();
      await lensesWith(workbench, EXAMPLE, /gain \d/);
    }));
});
