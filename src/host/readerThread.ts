import { Worker } from "node:worker_threads";
import type { ReaderCalls } from "../model/digest.ts";
import { Rpc } from "../protocol/rpc.ts";
import { languageArguments } from "../process/languageArguments.ts";
import { portOf } from "../process/port.ts";
import { THREAD_LIMITS } from "../process/threadLimits.ts";

type Channel = Rpc<Record<never, never>, ReaderCalls>;

/** The thread that reads model files: started when it is first needed, and anew after it broke. */
export class ReaderThread {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #running: { readonly worker: Worker; readonly rpc: Channel } | undefined;

  /** `file` is the thread's script. */
  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
  }

  /** Rejects when the thread ends meanwhile. */
  call<K extends keyof ReaderCalls>(
    name: K,
    argument: Parameters<ReaderCalls[K]>[0],
  ): Promise<ReturnType<ReaderCalls[K]>> {
    return this.#channel().call(name, argument);
  }

  async dispose(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.rpc.dispose();
    await running?.worker.terminate();
  }

  #channel(): Channel {
    this.#running ??= this.#start();
    return this.#running.rpc;
  }

  #start() {
    const worker = new Worker(this.#file, {
      name: "gradlens reader",
      argv: languageArguments(),
      resourceLimits: THREAD_LIMITS,
    });
    const rpc: Channel = new Rpc(portOf(worker), {});
    worker.on("error", (error) => this.#log(`The thread that reads model files broke: ${String(error)}`));
    worker.on("exit", () => {
      rpc.dispose();
      if (this.#running?.worker === worker) this.#running = undefined;
    });
    return { worker, rpc };
  }
}
