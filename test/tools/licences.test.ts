import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { suite, test } from "node:test";
import * as esbuild from "esbuild";
import { bundles, optionsOf } from "../../tools/bundles.mjs";
import { licenceText } from "../../tools/licences.mjs";

const repo = path.resolve(import.meta.dirname, "..", "..");

/** The folders of packages that a path goes through: the last is the one that the file belongs to. */
const packageOf = (input: string): string | undefined => {
  const parts = input.split("/");
  const at = parts.lastIndexOf("node_modules");
  if (at < 0) return undefined;
  return parts.slice(0, at + (parts[at + 1]?.startsWith("@") ? 3 : 2)).join("/");
};

/** The text of each package by its heading. */
const sections = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/^---- /m).flatMap((section) => {
      const [, heading, body] = /^(\S+ \S+) \([^)]*\)\n([^]*)$/.exec(section) ?? [];
      return heading !== undefined && body !== undefined ? [[heading, body]] : [];
    }),
  );

suite("licences", () => {
  test("every package of which something ships is there with its text", async () => {
    const found = await Promise.all(
      bundles.map(async (bundle) => {
        const { metafile } = await esbuild.build({ ...optionsOf(bundle), write: false });
        return Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
      }),
    );
    const inputs = found.flat();
    const folders = new Set(inputs.map(packageOf).filter((folder) => folder !== undefined));
    assert.ok(folders.has("node_modules/chart.js"), "packages were found at all");

    const texts = sections(licenceText(repo, inputs));
    for (const folder of [...folders, "node_modules/assemblyscript"]) {
      const manifest = fs.readFileSync(path.join(repo, folder, "package.json"), "utf8");
      const { name, version } = JSON.parse(manifest) as { name: string; version: string };
      const text = texts.get(`${name} ${version}`);
      assert.ok(text !== undefined, `${name} ${version} of ${folder} has no licence`);
      assert.match(text, /Permission|Licensed|License|Licence/, `${name} ${version}`);
      assert.match(text, /copyright/i, `${name} ${version}`);
    }
  });

  test("notices are passed on with the licence", () => {
    const text = licenceText(repo, ["node_modules/@vscode/webview-ui-toolkit/dist/index.js"]);
    assert.match(text, /THIRD-PARTY SOFTWARE NOTICES/);
    assert.match(text, /Daniel Wirtz/); // of the kernels' compiler
  });

  /** A repository with these packages, by their folders. */
  function repository(packages: Readonly<Record<string, { version: string; licence?: string }>>): string {
    const top = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-licences-"));
    for (const [folder, { version, licence }] of Object.entries(packages)) {
      const at = path.join(top, folder);
      fs.mkdirSync(at, { recursive: true });
      const name = folder.split("node_modules/").at(-1);
      fs.writeFileSync(path.join(at, "package.json"), JSON.stringify({ name, version, license: "MIT" }));
      if (licence !== undefined) fs.writeFileSync(path.join(at, "LICENSE"), licence);
    }
    return top;
  }

  const compiler = { "node_modules/assemblyscript": { version: "1.0.0", licence: "of the compiler" } };

  test("a package within another has its own", () => {
    const top = repository({
      ...compiler,
      "node_modules/a": { version: "1.0.0", licence: "of a" },
      "node_modules/@s/b": { version: "1.0.0", licence: "of b" },
      "node_modules/@s/b/node_modules/a": { version: "2.0.0", licence: "of the other a" },
    });
    const inputs = ["node_modules/a/x.js", "node_modules/@s/b/x.js", "node_modules/@s/b/node_modules/a/x.js"];
    const texts = sections(licenceText(top, inputs));
    assert.deepEqual([...texts.keys()], ["@s/b 1.0.0", "a 1.0.0", "a 2.0.0", "assemblyscript 1.0.0"]);
    assert.match(texts.get("a 2.0.0") ?? "", /of the other a/);
    fs.rmSync(top, { recursive: true });
  });

  test("a package without a text fails the build, by its name", () => {
    const top = repository({ ...compiler, "node_modules/bare": { version: "3.0.0" } });
    assert.throws(() => licenceText(top, ["node_modules/bare/x.js"]), /^Error: bare 3\.0\.0 ships without/);
    fs.rmSync(top, { recursive: true });
  });
});
