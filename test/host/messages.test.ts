import assert from "node:assert/strict";
import { fromWebview } from "../../src/host/messages.ts";

suite("messages of the panel", () => {
  const good = [
    { type: "ready" },
    { type: "focus" },
    { type: "behind", run: 3, step: 120 },
    { type: "select", run: 3 },
    { type: "reveal", run: 3, layer: "block.0" },
    { type: "hover", run: 3, layer: "block.0" },
    { type: "hover", run: 3 },
    { type: "pin", run: 3, on: true },
    { type: "diff", run: 3, other: 1 },
    { type: "at", run: 3, step: 12 },
    { type: "at", run: 3 },
    { type: "save", name: "Loss", format: "svg", content: "<svg/>" },
    { type: "command", command: "stop" },
  ];
  for (const message of good) {
    test(`${JSON.stringify(message)} is taken`, () => assert.deepEqual(fromWebview(message), message));
  }

  const bad: readonly unknown[] = [
    undefined,
    null,
    "ready",
    [],
    {},
    { type: "reveal", run: 3 },
    { type: "reveal", run: "3", layer: "block.0" },
    { type: "behind", run: 3 },
    { type: "select", run: NaN },
    { type: "command", command: "workbench.action.quit" },
    { type: "command", command: "constructor" },
    { type: "pin", run: 3 },
    { type: "diff", run: 3 },
    { type: "at", run: 3, step: "12" },
    { type: "save", name: "Loss", format: "exe", content: "" },
    { type: "frames" },
  ];
  for (const message of bad) {
    test(`${JSON.stringify(message)} is refused`, () => assert.equal(fromWebview(message), undefined));
  }

  test("fields that a message does not have are left behind", () => {
    assert.deepEqual(fromWebview({ type: "ready", extra: 1 }), { type: "ready" });
  });
});
