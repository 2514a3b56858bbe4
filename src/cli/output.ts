/** Where a command writes, and how wide that is. */
export interface Output {
  /** Resolves when more may be written: a slow reader slows the run instead of filling the memory. */
  out(text: string): Promise<void>;
  err(text: string): void;
  /** Columns of the terminal; 80 where the output is none. */
  readonly columns: number;
  /** Standard error is a terminal: progress may be drawn over itself. */
  readonly interactive: boolean;
}

/** What a process ends with. */
export const EXIT = { completed: 0, badFile: 1, usage: 2, nonFinite: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const processOutput: Output = {
  out: (text) =>
    new Promise((resolve) => {
      if (process.stdout.write(text)) resolve();
      else process.stdout.once("drain", resolve);
    }),
  err: (text) => void process.stderr.write(text),
  columns: process.stdout.columns || 80,
  interactive: process.stderr.isTTY,
};
