import { suite, test } from "node:test";
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { launchChromium } from "../../tools/vscode/browser.mjs";
import { eventually, repo } from "./support.ts";

const START_MS = 120_000;

suite("npm start without a desktop", () => {
  test("leads from a busy port to the example with its code lenses, for those who have the token, and in Restricted Mode until the folder is trusted", async () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gradlens-start-"));
    const busy = await occupyPort();
    const started = start(["--browser", "--user-data-dir", scratch, "--port", String(busy.port)]);
    const browser = await launchChromium();
    try {
      const find = (): string | undefined => /http:\/\/127\.0\.0\.1:\S+/.exec(started.output())?.[0];
      const address = await eventually("the address", () => find() ?? gone(started), Boolean, START_MS);
      assert.ok(address);
      const url = new URL(address);
      assert.notEqual(Number(url.port), busy.port);
      assert.match(url.searchParams.get("tkn") ?? "", /^[\w-]{20,}$/);
      assert.equal((await fetch(url.origin)).status, 403);

      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      await page.goto(address);
      const editor = page.locator('.monaco-editor[data-uri$="/vanishing.gradlens.json"]');
      await editor.waitFor({ timeout: START_MS });
      await editor
        .locator(".codelens-decoration a", { hasText: "Run" })
        .first()
        .waitFor({ timeout: START_MS });

      // It is the user who says that the folder is trusted.
      const banner = page.locator(".part.banner", { hasText: "Restricted Mode" });
      await banner.getByText("Manage", { exact: true }).click();
      const trust = page.locator(".workspace-trust-editor").getByRole("button", { name: /^Trust$/ });
      await trust.first().click();
      await banner.waitFor({ state: "hidden" });

      started.process.kill("SIGINT");
      assert.equal(await started.exited, 0);
      await assert.rejects(fetch(url.origin));
    } finally {
      started.process.kill("SIGTERM");
      await started.exited;
      await browser.close();
      busy.server.close();
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  });
});

interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

function start(args: readonly string[]): Started {
  const child = spawn(process.execPath, [path.join(repo, "tools", "start.mjs"), ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { process: child, output: () => output, exited };
}

/** Undefined while it runs. */
function gone({ process: { exitCode }, output }: Started): undefined {
  if (exitCode !== null) throw new Error(`npm start ended with ${exitCode}:\n${output()}`);
}

async function occupyPort(): Promise<{ server: net.Server; port: number }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { server, port: address.port };
}
