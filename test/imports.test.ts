import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { filesIn, importsOf } from "./support/imports.ts";

/** Who may import whom: folders, and packages (`node:` stands for all of Node). See docs/architecture.md. */
const ALLOWED: Readonly<
  Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>
> = {
  "src/l10n": { folders: [], packages: [] },
  "src/protocol": { folders: ["src/l10n"], packages: [] },
  "src/engine": { folders: ["src/l10n", "src/protocol"], packages: [] },
  "src/model": {
    folders: ["src/l10n", "src/engine", "src/insight", "src/protocol"],
    packages: ["jsonc-parser"],
  },
  "src/pytorch": { folders: ["src/engine", "src/model", "src/protocol"], packages: [] },
  "src/insight": { folders: ["src/l10n", "src/protocol"], packages: [] },
  "src/text": { folders: ["src/l10n", "src/insight", "src/protocol"], packages: [] },
  "src/storage": { folders: ["src/l10n", "src/protocol"], packages: ["node:"] },
  "src/process": { folders: ["src/l10n", "src/protocol"], packages: ["node:"] },
  "src/worker": {
    folders: [
      "src/l10n",
      "src/engine",
      "src/insight",
      "src/model",
      "src/process",
      "src/protocol",
      "src/pytorch",
    ],
    packages: ["node:"],
  },
  "src/host": {
    folders: [
      "src/l10n",
      "src/insight",
      "src/model",
      "src/process",
      "src/storage",
      "src/text",
      "src/protocol",
    ],
    packages: ["vscode", "node:"],
  },
  "src/cli": {
    folders: [
      "src/engine",
      "src/insight",
      "src/model",
      "src/pytorch",
      "src/text",
      "src/worker",
      "src/process",
      "src/protocol",
    ],
    packages: ["diff", "node:"],
  },
  "src/cli.ts": { folders: ["src/cli", "src/text"], packages: ["commander"] },
  "src/extension.ts": {
    folders: ["src/host"],
    packages: ["vscode"],
  },
  webview: {
    folders: ["src/l10n", "src/insight", "src/protocol"],
    packages: ["chart.js", "svgcanvas", "@vscode/webview-ui-toolkit", "@vscode/codicons"],
  },
};

const files = filesIn("src", "webview").filter(
  (file) => !file.includes("/assembly/") && !file.endsWith(".d.ts"),
);

const homeOf = (path: string): string | undefined =>
  Object.keys(ALLOWED).find((folder) => path === folder || path.startsWith(`${folder}/`));

suite("who may import whom", () => {
  test("every file lies in a folder that has its rule", () => {
    assert.deepEqual(
      files.filter((file) => !homeOf(file)),
      [],
    );
  });

  for (const [home, { folders, packages }] of Object.entries(ALLOWED)) {
    test(`${home} imports nothing but its own, ${[...folders, ...packages].join(", ") || "and nothing else"}`, () => {
      const imports = files.filter((file) => homeOf(file) === home).flatMap(importsOf);
      const strangers = imports.filter(({ to }) => {
        const folder = homeOf(to);
        if (folder) return folder !== home && !folders.includes(folder);
        return !packages.some((name) => to === name || to.startsWith(name.endsWith(":") ? name : `${name}/`));
      });
      assert.deepEqual(strangers, []);
    });
  }

  test("only webview/charts/mount.ts uses Chart.js, only webview/controls.ts the toolkit", () => {
    const users = (name: string) => [
      ...new Set(
        files
          .flatMap(importsOf)
          .filter(({ to }) => to.startsWith(name))
          .map(({ from }) => from),
      ),
    ];
    assert.deepEqual(users("chart.js"), ["webview/charts/mount.ts"]);
    assert.deepEqual(users("@vscode/webview-ui-toolkit"), ["webview/controls.ts"]);
  });
});
