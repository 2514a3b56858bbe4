import type { Terminal } from "../text/quote.ts";

/** Where a command writes. */
export interface Output {
  /** What the command is asked for. Resolves when more may be written: a slow reader slows the run instead of filling the memory. */
  out(text: Terminal): Promise<void>;
  /** A message, on lines of its own. */
  err(message: Terminal): void;
  /** Draws over the last progress; nothing clears it. */
  progress(text: Terminal | undefined): void;
  /** Standard error is a terminal: progress may be drawn over itself. */
  readonly interactive: boolean;
}

/** What a process ends with; 70 is EX_SOFTWARE of sysexits.h. */
export const EXIT = {
  completed: 0,
  badFile: 1,
  usage: 2,
  nonFinite: 3,
  sick: 4,
  noFix: 5,
  broken: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** To the beginning of the line, which is cleared. */
const CLEAR = "\r\x1b[K";

export const processOutput: Output = {
  out: (text) =>
    new Promise((resolve) => {
      if (process.stdout.write(text)) resolve();
      else process.stdout.once("drain", resolve);
    }),
  err: (message) => void process.stderr.write(message.endsWith("\n") ? message : `${message}\n`),
  progress: (text) => void process.stderr.write(CLEAR + (text ?? "")),
  interactive: process.stderr.isTTY,
};

/**
 * Whoever reads may have enough (`| head -1`): the process ends quietly, since nobody is left to compute for. Messages that
 * nobody reads are no reason to end.
 */
export function endWithReader(): void {
  process.stdout.on("error", (error: Error) => {
    if (isClosed(error)) process.exit(EXIT.completed);
    throw error;
  });
  process.stderr.on("error", (error: Error) => {
    if (!isClosed(error)) throw error;
  });
}

const isClosed = (error: Error): boolean =>
  "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
