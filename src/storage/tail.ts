import { lstat, open } from "node:fs/promises";

/** As much is read at a time: a few milliseconds of work for whoever takes it. */
const PIECE = 256 * 1024;

/** What has become of a file since it was looked at last. */
export type Change =
  | "none"
  /** It has more now, or somebody has touched it. */
  | "alive"
  /** It is shorter, or another file. */
  | "replaced"
  /** It is not there, or no plain file. */
  | "gone";

/** Reads a file that grows, from where it was left: a link, a device or a pipe is no such file. */
export class Tail {
  readonly path: string;
  #offset = 0;
  #identity: string | undefined;
  #modifiedMs = NaN;

  constructor(path: string) {
    this.path = path;
  }

  /** When it was last written or touched, by the clock of the disk; NaN before it was looked at. */
  get modifiedMs(): number {
    return this.#modifiedMs;
  }

  /** Gives what is new to `take`, piece by piece; the memory of a piece is written over by the next. */
  async read(take: (piece: Uint8Array) => void): Promise<Change> {
    const now = await lstat(this.path).catch(() => undefined);
    if (!now?.isFile()) return "gone";
    const identity = `${now.dev} ${now.ino}`;
    if (now.size < this.#offset || (this.#identity ?? identity) !== identity) return "replaced";
    const touched = now.mtimeMs !== this.#modifiedMs;
    this.#identity = identity;
    this.#modifiedMs = now.mtimeMs;
    if (now.size > this.#offset) await this.#readTo(now.size, take);
    return touched ? "alive" : "none";
  }

  async #readTo(end: number, take: (piece: Uint8Array) => void): Promise<void> {
    const file = await open(this.path, "r");
    try {
      const memory = new Uint8Array(Math.min(PIECE, end - this.#offset));
      while (this.#offset < end) {
        const { bytesRead } = await file.read(memory, 0, memory.length, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        take(memory.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
}
