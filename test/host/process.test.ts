import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as vscode from "vscode";
import { api, ended, ENDLESS, modelText, show, start, stepped, until } from "./support.ts";

/** Sets where the engine runs, and waits until the extension host knows. */
async function where(value: "own" | "host" | undefined): Promise<void> {
  const section = () => vscode.workspace.getConfiguration("gradlens");
  await section().update("engine.process", value, vscode.ConfigurationTarget.Workspace);
  await until("the setting", () => section().get("engine.process") === (value ?? "host"));
}

/** The engine's processes that this extension host has started. */
function engines(): readonly number[] {
  const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return lines
    .split("\n")
    .filter((line) => line.includes("engine-process.cjs"))
    .map((line) => Number.parseInt(line, 10));
}

suite("the engine in a process of its own", () => {
  suiteSetup(async () => {
    await api();
    await where("own");
  });
  suiteTeardown(() => where(undefined));

  test("gives the same figures to the last bit", async () => {
    const document = await show("own.gradlens.json", modelText());
    const own = await start(document.uri);
    const { info, end } = await ended(own);
    assert.match(info.engine, /^wasm/, JSON.stringify(end));
    assert.equal(engines().length, 1);
    await where("host");
    const host = await start(document.uri);
    await ended(host);
    await until("the process to end", () => engines().length === 0);
    const { frames } = await api();
    const figures = (id: number) => frames(id).map(({ step, loss, values }) => [step, loss, ...values]);
    assert.ok(figures(own).length > 0);
    assert.deepEqual(figures(own), figures(host));
    await where("own");
  });

  test("fails the run when it is killed, and the next run gets another", async () => {
    const document = await show("killed.gradlens.json", modelText(ENDLESS));
    const first = await start(document.uri);
    await stepped(first);
    const [pid] = engines();
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    const { end } = await ended(first);
    assert.ok(end?.reason === "failed");
    assert.match(end.message, /SIGKILL/);
    const next = await start(document.uri);
    await stepped(next);
    await vscode.commands.executeCommand("gradlens.stop");
    assert.equal((await ended(next)).end?.reason, "stopped");
  });
});
