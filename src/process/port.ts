import type { MessagePort, Worker } from "node:worker_threads";
import type { Port } from "../protocol/rpc.ts";

/** A thread's end of a channel, or the end that its owner holds. */
export const portOf = (end: MessagePort | Worker): Port => ({
  post: (message, transfer = []) => end.postMessage(message, transfer as ArrayBuffer[]),
  listen(listener) {
    end.on("message", listener);
    return { dispose: () => void end.off("message", listener) };
  },
});
