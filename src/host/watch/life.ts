import { hostname } from "node:os";
import type { Watched } from "../../protocol/run.ts";

/** Without a sign of life for so many heartbeats a process is taken to be gone. */
const MISSED = 3;

/** Seconds, where the stream does not say. */
const USUAL_HEARTBEAT = 10;

/**
 * Whether the process of a run still lives. On this machine its number tells; where it trains elsewhere, its file, which it touches.
 * Time is counted here, not read from the file: the clocks of two machines differ, and clocks jump.
 */
export class Life {
  readonly #watched: Watched;
  #signMs: number;

  /** `ageMs`: for how long the file had not been touched when it was found. */
  constructor(watched: Watched, ageMs: number) {
    this.#watched = watched;
    this.#signMs = performance.now() - Math.max(0, ageMs);
  }

  /** The file was written, or touched. */
  sign(): void {
    this.#signMs = performance.now();
  }

  isOver(): boolean {
    const { pid, host, heartbeat = USUAL_HEARTBEAT } = this.#watched;
    if (pid !== undefined && host === hostname() && !isAlive(pid)) return true;
    return performance.now() - this.#signMs > MISSED * heartbeat * 1000;
  }
}

/** Whether there is a process of this number. One that belongs to somebody else is alive, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
