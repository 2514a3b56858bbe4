import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Answer, Case } from "./peers/serve.ts";

/** A peer's program, which waits for the next case to measure. */
export interface PeerProcess {
  /** An error, and the end of the process, where there is no answer in time. */
  ask(wanted: Case, timeoutMs: number): Promise<Answer>;
  dispose(): void;
}

/**
 * The C library keeps large blocks that are freed, instead of asking the system anew at each step: PyTorch's convolutions were
 * measured to be up to five times as fast.
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: "1000000000", MALLOC_TRIM_THRESHOLD_: "2000000000" };

/** Starts a command in a folder, as the leader of a group so that its compilers end with it. */
export function startPeer([file, ...args]: readonly [string, ...string[]], folder: string): PeerProcess {
  const env = { ...process.env, ...KEEP_MEMORY };
  const child = spawn(file, args, { cwd: folder, detached: true, env, stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  let settle: ((answer: Answer) => void) | undefined;
  let ended: Answer | undefined;

  const answer = (value: Answer): void => {
    settle?.(value);
    settle = undefined;
  };
  const end = (reason: string): void => {
    ended ??= { error: reason };
    answer(ended);
  };
  child.stderr.on("data", (data: Buffer) => (complaint = (complaint + data.toString()).slice(-300)));
  child.stdin.on("error", () => undefined); // the process has ended, which `exit` tells
  child.once("error", ({ message }) => end(message));
  child.once("exit", (code) => end(`ended with ${code}: ${complaint}`));
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) answer(JSON.parse(line) as Answer); // libraries print other lines
  });

  const dispose = (): void => {
    end("stopped");
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // it has just ended
    }
  };

  return {
    ask(wanted, timeoutMs) {
      if (ended) return Promise.resolve(ended);
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          end(`no answer in ${timeoutMs / 1000} s`);
          dispose();
        }, timeoutMs);
        settle = (value) => {
          clearTimeout(timer);
          resolve(value);
        };
        child.stdin.write(`${JSON.stringify(wanted)}\n`);
      });
    },
    dispose,
  };
}
