import { readFileSync } from "node:fs";

/*
 * WebAssembly has vectors of 128 bits. V8 can revectorize them: join two operations on vectors that lie side by side into one
 * of 256 bits (AVX2), which computes the same bits, up to twice as fast. It is asked to by a flag of the command line, which
 * holds for the whole process: changed later, flags crash V8 14.1 and newer. So a process has it from its start or never.
 */
export const REVECTORIZE = "--experimental-wasm-revectorize";

/** Versions of V8 that the tests have shown to compute the same bits with it: those of Node 24 and 26. */
const PROVEN = ["13.6.", "14.6."] as const;

/** Whether a process of this Node can be started with the flag, to a profit. */
export const canRevectorize = (): boolean =>
  process.arch === "x64" && PROVEN.some((version) => process.versions.v8.startsWith(version)) && hasAvx2();

/** Whether this process was started so that V8 revectorizes; a thread tells the same as its process. */
export const revectorizes = (): boolean => process.execArgv.includes(REVECTORIZE) && canRevectorize();

/** Without AVX2 nothing is joined. Linux lists what a processor can; elsewhere every one since 2015 is taken to have it. */
function hasAvx2(): boolean {
  if (process.platform !== "linux") return true;
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
