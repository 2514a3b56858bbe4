import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { ModelSpec } from "../engine/spec.ts";
import { sizeOf } from "../engine/tensor.ts";
import { outlineOf, type OutlineRow } from "../model/outline.ts";
import { canRevectorize, REVECTORIZE, revectorizes } from "../process/wideSimd.ts";

/** Multiply-adds of forward passes from which on twice the speed earns back the start of a process, about 60 ms. */
const WORTH = 2.5e9;

/** Why this process computes, or that another is to be started; in words, for whoever wants to know. */
export type WideChoice = { readonly start: boolean; readonly why: string };

export function wideChoice(spec: ModelSpec, asked: boolean): WideChoice {
  if (revectorizes()) return { start: false, why: "256-bit SIMD: this process was started for it" };
  if (!asked) return { start: false, why: "128-bit SIMD: asked for by --no-wide-simd" };
  if (!canRevectorize()) {
    const host = `${process.arch}, V8 ${process.versions.v8}`;
    return { start: false, why: `128-bit SIMD: 256 bits are not known to serve on this host (${host})` };
  }
  const products = productsOf(spec);
  return products < WORTH
    ? { start: false, why: "128-bit SIMD: the run is too short to start another process for 256 bits" }
    : { start: true, why: "256-bit SIMD, in a process that is started for it" };
}

/** Multiply-adds of the forward passes of a whole run, roughly. */
function productsOf(spec: ModelSpec): number {
  const { rows } = outlineOf(spec);
  const sample = rows.reduce((sum, row) => sum + row.parameters * positionsOf(row), 0);
  return sample * spec.train.batch_size * spec.train.steps;
}

/** How often a layer's weights are used for one sample: once, at every time step, or at every pixel of its output. */
function positionsOf({ input, output }: OutlineRow): number {
  if (input.length < 2) return 1;
  return input.length === 2 ? input[0] : sizeOf(output) / output[0];
}

/** Passed on to the process that computes; what a terminal sends reaches both by itself. */
const PASSED_ON = ["SIGTERM", "SIGHUP"] as const;

/** Makes the same command in a process whose V8 revectorizes; its exit code, or `undefined` where it cannot be started. */
export function runWide(): Promise<number | undefined> {
  const child = spawn(process.execPath, [...process.execArgv, REVECTORIZE, ...process.argv.slice(1)], {
    stdio: "inherit",
  });
  const handlers = [
    ...PASSED_ON.map((signal) => [signal, () => void child.kill(signal)] as const),
    ["SIGINT", () => undefined] as const, // the other reports how far it came
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return new Promise((resolve) => {
    const end = (code: number | undefined): void => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
      resolve(code);
    };
    child.once("error", () => end(undefined));
    child.once("exit", (code, signal) => end(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
