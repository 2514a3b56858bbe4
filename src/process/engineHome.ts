import { fork } from "node:child_process";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { t } from "../l10n/translate.ts";
import { messageOf, type Port } from "../protocol/rpc.ts";
import { languageArguments } from "./languageArguments.ts";
import { portOf } from "./port.ts";
import { THREAD_LIMITS } from "./threadLimits.ts";
import { canRevectorize, REVECTORIZE } from "./wideSimd.ts";

/** Where the engine runs: a thread of the editor's extension host, or a process of its own. */
export interface EngineHome {
  readonly port: Port;
  /** In words, for the log. */
  readonly what: string;
  /** Ends it wherever it is, an endless loop included. */
  kill(): Promise<unknown>;
}

export interface EngineHomeEvents {
  /** It has written this to standard output or standard error. */
  text(text: string): void;
  /** It has ended; `how` says so in words. */
  ended(how: string): void;
}

export type EngineProcess = "host" | "own";

/** How to start the engine's script in each place. */
export const engineHomes: Readonly<
  Record<EngineProcess, (file: string, events: EngineHomeEvents) => EngineHome>
> = { host: inThread, own: inProcess };

function inThread(file: string, { text, ended }: EngineHomeEvents): EngineHome {
  const worker = new Worker(file, {
    name: "gradlens",
    argv: languageArguments(),
    stdout: true,
    stderr: true,
    resourceLimits: THREAD_LIMITS,
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream.on("data", (chunk: Buffer) => text(String(chunk)));
  let reason: string | undefined;
  worker.on("error", (error) => {
    reason = messageOf(error);
    text(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
  worker.on("exit", (code) => ended(reason ?? t`the training thread exited with code ${code}`));
  return {
    what: "a thread of the extension host",
    port: portOf(worker),
    kill: () => worker.terminate(),
  };
}

/** Read by Node at the start of a process; meant for the editor's own. */
const NOT_INHERITED = ["NODE_OPTIONS", "VSCODE_INSPECTOR_OPTIONS"] as const;

/** Whatever ends this process closes the channel, on which the other ends as well. */
function inProcess(file: string, { text, ended }: EngineHomeEvents): EngineHome {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  for (const name of NOT_INHERITED) delete env[name];
  const wide = canRevectorize();
  const child = fork(join(dirname(file), "engine-process.cjs"), [file, ...languageArguments()], {
    execArgv: wide ? [REVECTORIZE] : [],
    env,
    serialization: "advanced", // typed arrays, NaN and -0 arrive as they are
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const gone = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      ended(how);
      resolve();
    };
    child.once("error", (error) => end(t`the engine's process cannot be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      end(t`the engine's process ended with ${signal ?? t`code ${String(code)}`}`),
    );
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => text(String(chunk)));
  }
  return {
    what: `process ${child.pid ?? "?"}, ${wide ? "with" : "without"} 256-bit SIMD (${process.arch}, V8 ${process.versions.v8})`,
    port: {
      // A child that is gone answers nothing: its end is told of by itself.
      post: (message) => child.connected && child.send(message as object, () => undefined),
      listen(listener) {
        child.on("message", listener);
        return { dispose: () => child.off("message", listener) };
      },
    },
    kill() {
      child.kill("SIGKILL");
      return gone;
    },
  };
}
