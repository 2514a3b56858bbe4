import { Rpc } from "../protocol/rpc.ts";
import type { WorkerCalls, WorkerEvents } from "../protocol/worker.ts";
import { type EngineHome, engineHomes, type EngineProcess } from "../process/engineHome.ts";

/** The training thread, for as long as it lives. Whatever ends it disposes the channel, so that no call hangs. */
export class EngineConnection {
  readonly rpc: Rpc<WorkerEvents, WorkerCalls>;
  /** Where it runs. */
  readonly where: EngineProcess;
  readonly #home: EngineHome;
  #terminated = false;

  /** `broke` is called, once, when the thread ends without having been terminated. */
  constructor(
    file: string,
    where: EngineProcess,
    events: WorkerEvents,
    log: (line: string) => void,
    broke: (thread: EngineConnection, reason: string) => void,
  ) {
    this.where = where;
    this.#home = engineHomes[where](file, {
      text: log,
      ended: (how) => {
        this.rpc.dispose();
        if (!this.#terminated) broke(this, how);
      },
    });
    this.rpc = new Rpc<WorkerEvents, WorkerCalls>(this.#home.port, events);
    log(`The engine runs in ${this.#home.what}.`);
  }

  /** Ends the thread wherever it is, an endless loop included. */
  async terminate(): Promise<void> {
    this.#terminated = true;
    this.rpc.dispose();
    await this.#home.kill();
  }
}
