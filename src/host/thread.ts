import { Worker } from "node:worker_threads";
import { Rpc, type Port } from "../protocol/rpc.ts";
import type { WorkerCalls, WorkerEvents } from "../protocol/worker.ts";

/** JavaScript's own memory; the numbers of a model lie outside it. */
const LIMITS = { maxOldGenerationSizeMb: 1024, stackSizeMb: 4 };

/** The training thread, for as long as it lives. Whatever ends it disposes the channel, so that no call hangs. */
export class Thread {
  readonly rpc: Rpc<WorkerEvents, WorkerCalls>;
  readonly #worker: Worker;
  #terminated = false;

  /** `broke` is called, once, when the thread ends without having been terminated. */
  constructor(
    file: string,
    events: WorkerEvents,
    log: (line: string) => void,
    broke: (thread: Thread, reason: string) => void,
  ) {
    this.#worker = new Worker(file, { name: "gradlens", stdout: true, stderr: true, resourceLimits: LIMITS });
    this.#worker.stdout.on("data", (text: Buffer) => log(text.toString()));
    this.#worker.stderr.on("data", (text: Buffer) => log(text.toString()));
    this.rpc = new Rpc<WorkerEvents, WorkerCalls>(portOf(this.#worker), events);

    let reason: string | undefined;
    this.#worker.on("error", (error) => {
      reason = messageOf(error);
      log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    this.#worker.on("exit", (code) => {
      this.rpc.dispose();
      if (!this.#terminated) broke(this, reason ?? `the training thread exited with code ${code}`);
    });
  }

  /** Ends the thread wherever it is, an endless loop included. */
  async terminate(): Promise<void> {
    this.#terminated = true;
    this.rpc.dispose();
    await this.#worker.terminate();
  }
}

export const portOf = (worker: Worker): Port => ({
  post: (message, transfer) =>
    worker.postMessage(
      message,
      transfer?.filter((part) => part instanceof ArrayBuffer),
    ),
  listen(listener) {
    worker.on("message", listener);
    return { dispose: () => worker.off("message", listener) };
  },
});

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
