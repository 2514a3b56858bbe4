import { suite, test } from "node:test";
import assert from "node:assert/strict";
import { Outcome } from "../../tools/vscode/outcome.mjs";

const hostExit = (code: string, signal = "null"): string =>
  `[127.0.0.1] Extension Host Process exited with code: ${code}, signal: ${signal}.`;

suite("the outcome of tests in VS Code", () => {
  test("is what the page reports when the extension host ended well", async () => {
    for (const code of [0, 1]) {
      const outcome = new Outcome();
      outcome.hearServer(hostExit("0"));
      await outcome.testsEnded(code);
      assert.deepEqual(await outcome.verdict, { code });
    }
  });

  test("is a failure when the host left with a code, though the page reports 0", async () => {
    const outcome = new Outcome();
    outcome.hearServer(hostExit("7"));
    await outcome.testsEnded(0);
    assert.equal((await outcome.verdict).code, 7);
  });

  test("is a failure when the host was killed, though the page reports 0", async () => {
    const outcome = new Outcome();
    outcome.hearServer(hostExit("null", "SIGKILL"));
    await outcome.testsEnded(0);
    assert.equal((await outcome.verdict).code, 1);
  });

  test("is a failure when the host's connection closed before the tests ended", async () => {
    const outcome = new Outcome();
    outcome.hearPage("[remote-connection][ExtensionHost] abc received socket close event (wasClean: true)");
    outcome.hearServer(hostExit("0"));
    await outcome.testsEnded(0);
    assert.equal((await outcome.verdict).code, 1);
  });

  test("is a failure when the page reports no number", async () => {
    const outcome = new Outcome();
    outcome.hearServer(hostExit("0"));
    await outcome.testsEnded(undefined);
    assert.deepEqual(await outcome.verdict, { code: 1 });
  });
});
