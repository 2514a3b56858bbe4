import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type EngineHome, engineHomes, type EngineProcess } from "../../src/process/engineHome.ts";
import { canRevectorize, REVECTORIZE } from "../../src/process/wideSimd.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlens-home-"));
const dist = join(import.meta.dirname, "../../dist");
copyFileSync(join(dist, "engine-process.cjs"), join(folder, "engine-process.cjs"));

/** A thread's script beside the entry of the process. */
function script(name: string, text: string): string {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, `const { parentPort } = require("node:worker_threads"); ${text}`);
  return file;
}

const echo = script(
  "echo",
  `parentPort.on("message", (m) => parentPort.postMessage([m, process.execArgv]));`,
);
const loop = script("loop", `console.log("looping"); for (;;);`);

/** Starts a home; what it writes, and how it ends. */
function open(
  where: EngineProcess,
  file: string,
): { home: EngineHome; texts: string[]; ended: Promise<string> } {
  const texts: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  return {
    home: engineHomes[where](file, { text: (text) => texts.push(text), ended: resolve }),
    texts,
    ended,
  };
}

async function until(what: string, look: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (look()) return;
    await delay(20);
  }
  assert.fail(`waited 10 s for ${what}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pidOf = (what: string): number => Number(/^process (\d+)/.exec(what)?.[1]);

suite("where the engine runs", () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const where of ["host", "own"] as const) {
    test(`${where}: numbers arrive as they are`, async () => {
      const { home, ended } = open(where, echo);
      const numbers = Float64Array.of(NaN, Infinity, -0, 1e-300);
      const [answer, flags] = await new Promise<[Float64Array, string[]]>((resolve) => {
        home.port.listen((message) => resolve(message as [Float64Array, string[]]));
        home.port.post(numbers);
      });
      assert.deepEqual(answer, numbers);
      assert.equal(flags.includes(REVECTORIZE), where === "own" && canRevectorize());
      await home.kill();
      await ended;
    });

    test(`${where}: is ended in the middle of a loop`, async () => {
      const { home, texts, ended } = open(where, loop);
      await until("the loop", () => texts.join("").includes("looping"));
      await home.kill();
      await ended;
    });

    test(`${where}: an error is told of, in the log and as the end`, async () => {
      const { texts, ended } = open(where, script("throws", `throw new Error("out of luck");`));
      const how = await ended;
      assert.match(`${how} ${texts.join("")}`, /out of luck/);
      assert.match(how, where === "own" ? /ended with code 1/ : /out of luck/);
    });
  }

  test("own: a crash takes nothing else with it", async () => {
    const { ended } = open("own", script("crash", `process.kill(process.pid, "SIGSEGV");`));
    assert.match(await ended, /SIGSEGV/);
  });

  test("own: ends with the process that started it, even if that is killed and the engine is busy", async () => {
    const parent = spawn(process.execPath, [join(import.meta.dirname, "../support/orphan.ts"), loop]);
    let text = "";
    parent.stdout.on("data", (chunk) => (text += String(chunk)));
    await until("the loop", () => /looping/.test(text));
    const pid = pidOf(
      text
        .trim()
        .split("\n")
        .find((line) => line.startsWith("process")) ?? "",
    );
    assert.ok(isAlive(pid));
    parent.kill("SIGKILL");
    await until("its end", () => !isAlive(pid));
  });
});
