import { constants, setPriority } from "node:os";
import { dirname } from "node:path";
import { parentPort } from "node:worker_threads";
import { buffersOf, type Increment } from "../protocol/increment.ts";
import { Rpc } from "../protocol/rpc.ts";
import type { ModelSource, WorkerCalls, WorkerEvents } from "../protocol/worker.ts";
import { checkFile, load } from "./load.ts";
import { portOf } from "./port.ts";
import { Runner } from "./runner.ts";

/*
 * Entry of the thread that computes. It owns one run at a time; a new one ends the one before.
 */
if (!parentPort) throw new Error("this is the entry of a worker thread");

yieldToEditor();

let runner: Runner | undefined;

const location = ({ file, root }: ModelSource) => ({ file, root: root || dirname(file) });

const rpc = new Rpc<WorkerCalls, WorkerEvents>(portOf(parentPort), {
  check: (source) => checkFile(source.text, location(source)),

  async start({ source, model, options }) {
    runner?.stop();
    const training = await load(source.text, model, location(source), options);
    const frames = (increment: Increment) => void tell("frames", increment, buffersOf(increment));
    runner = new Runner(training, { frames, ended: (end) => void tell("ended", end) }, options.paused);
    return training.info;
  },

  pause: () => runner?.pause(),
  resume: () => runner?.resume(),
  step: () => runner?.step(),
  stop: () => runner?.stop(),
});

/**
 * The editor comes first. On Linux a priority is that of the one thread, and of those that it starts; elsewhere it would be
 * that of the whole process, the editor's extensions among it.
 */
function yieldToEditor(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A system that forbids it: runs go on as they are.
  }
}

/** The host answers nothing of interest, and may be gone. */
async function tell<K extends keyof WorkerEvents>(
  name: K,
  argument: Parameters<WorkerEvents[K]>[0],
  transfer?: readonly ArrayBufferLike[],
): Promise<void> {
  await rpc.call(name, argument, transfer).catch(() => undefined);
}
