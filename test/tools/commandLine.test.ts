import { suite, test } from "node:test";
import assert from "node:assert/strict";
import { managingArgs, parseCommandLine } from "../../tools/vscode/commandLine.mjs";

suite("the command line of `code`", () => {
  test("takes values after = and as the next argument", () => {
    const line = parseCommandLine(["--user-data-dir=a=b", "--extensions-dir", "c", "folder"]);
    assert.equal(line.one("user-data-dir"), "a=b");
    assert.equal(line.one("extensions-dir"), "c");
    assert.deepEqual(line.files, ["folder"]);
  });

  test("does not take the next argument for an option without a value", () => {
    const line = parseCommandLine(["--disable-extensions", "folder"]);
    assert.ok(line.has("disable-extensions"));
    assert.deepEqual(line.files, ["folder"]);
  });

  test("knows the short forms and leaves what follows -- alone", () => {
    const line = parseCommandLine(["-g", "file:3:1", "-n", "--", "--odd-name"]);
    assert.equal(line.one("goto"), "file:3:1");
    assert.deepEqual(line.files, ["--odd-name"]);
  });

  test("opens a window unless extensions are to be managed", () => {
    assert.equal(managingArgs(parseCommandLine(["folder", "--user-data-dir", "d"])), undefined);
    const line = parseCommandLine(["--install-extension", "x.vsix", "--force", "--user-data-dir", "d"]);
    assert.deepEqual(managingArgs(line), ["--install-extension", "x.vsix", "--force"]);
  });
});
