import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { canRevectorize, REVECTORIZE } from "../src/process/wideSimd.ts";
import type { WorkloadName } from "./workloads.ts";

/**
 * What is computed beside training. `basic`: norm, mean, standard deviation and greatest absolute value of the parameters'
 * gradients. `full`: what GradLens does, or about that. `histograms`: less, but histograms of all tensors at every step.
 */
export type Instrumentation = "none" | "basic" | "full" | "histograms";

/** Where GradLens computes: a thread of the extension host, with vectors of 128 bits, or a process of its own, with 256. */
export type Mode = "GradLens" | "GradLens, own process";

/** With the widest vectors that the processor has; and, where those are wider, held to the 256 bits that the targets were set against. */
export const TORCHES = ["PyTorch", "PyTorch, 256 bits"] as const;

export type Torch = (typeof TORCHES)[number];

export type PeerName = Mode | "GradLens, plain loops" | Torch | "TensorFlow.js" | "jax-js";

/** Ways to do one thing. The best of `statistics` is found with the first of `variants`, then the best variants with it. */
export interface Offer {
  readonly instrumentation: Instrumentation;
  readonly variants: readonly string[];
  readonly statistics: readonly string[];
}

/** A process that can train a workload in some ways. */
export interface Program {
  readonly peer: PeerName;
  readonly threads: number;
  readonly command: (folder: string) => readonly [string, ...string[]];
  readonly offers: readonly Offer[];
  /** Its first answer takes as long as a compiler does. */
  readonly compiled?: boolean;
}

const here = import.meta.dirname;
export const python = process.env.GRADLENS_PYTHON ?? "python3";
const node =
  (script: string, threads = 1, flags: readonly string[] = []) =>
  (folder: string) =>
    [process.execPath, ...flags, join(here, "peers", script), folder, String(threads)] as const;
const torch = (peer: Torch, threads: number) => (folder: string) =>
  [
    python,
    "-B",
    "-m",
    "torch_peer",
    folder,
    String(threads),
    ...(peer === "PyTorch" ? [] : ["256"]),
  ] as const;

/** V8's flags of each mode. The editor's default comes first. */
const modes: readonly (readonly [Mode, readonly string[]])[] = [
  ["GradLens", []],
  ...(canRevectorize() ? [["GradLens, own process", [REVECTORIZE]] as const] : []),
];

const gradlens = (peer: Mode, flags: readonly string[], threads: number): Program => ({
  peer,
  threads,
  command: node("gradlens.ts", threads, flags),
  offers: (["full", "none"] as const).map((instrumentation) => ({
    instrumentation,
    variants: ["wasm"],
    statistics: [instrumentation],
  })),
});

/** Whether PyTorch's compiler takes part, which takes ten minutes a workload: BENCH_COMPILER=0 leaves it out. */
export const COMPILES = process.env.BENCH_COMPILER !== "0";

const BASIC = ["foreach", "naive", "stack", ...(COMPILES ? ["cstats"] : [])];

/** Modules and an optimizer, as PyTorch is used. Those without a compiler can be looked at through hooks. */
function usualTorch(peer: Torch, name: WorkloadName, threads: number): Program {
  const hooked = ["fused", "foreach", "eager", ...(name === "W5" ? ["channels_last"] : [])];
  const variants = [...hooked, "jit", ...(COMPILES ? ["compile"] : [])];
  return {
    peer,
    threads,
    command: torch(peer, threads),
    offers: [
      { instrumentation: "none", variants, statistics: ["none"] },
      { instrumentation: "basic", variants, statistics: BASIC },
      { instrumentation: "full", variants: hooked, statistics: ["full"] },
      { instrumentation: "histograms", variants: hooked, statistics: ["histograms"] },
    ],
  };
}

/** The way that makes the whole step by one compiled function. */
export const WHOLE = "whole";

const wholeTorch = (peer: Torch, threads: number): readonly Program[] =>
  (
    [
      ["basic", "cstats"],
      ["none", "none"],
    ] as const
  ).map(([instrumentation, statistics]) => ({
    peer,
    threads,
    command: torch(peer, threads),
    offers: [{ instrumentation, variants: [WHOLE], statistics: [statistics] }],
    compiled: true,
  }));

/** Every program that measures a workload. */
export const programs = (name: WorkloadName): readonly Program[] => [
  ...modes.flatMap(([mode, flags]) => [1, 2].map((threads) => gradlens(mode, flags, threads))),
  {
    peer: "GradLens, plain loops",
    threads: 1,
    command: node("gradlens.ts"),
    offers: [{ instrumentation: "full", variants: ["scalar"], statistics: ["full"] }],
  },
  ...TORCHES.flatMap((peer) =>
    [1, 2].flatMap((threads) => [
      usualTorch(peer, name, threads),
      ...(COMPILES ? wholeTorch(peer, threads) : []),
    ]),
  ),
  {
    peer: "TensorFlow.js",
    threads: 1,
    command: node("tfjs.mjs"),
    offers: [
      { instrumentation: "none", variants: ["tuned", "stock"], statistics: ["none"] },
      { instrumentation: "basic", variants: ["tuned", "stock"], statistics: ["ops", "loops"] },
    ],
  },
  {
    peer: "jax-js",
    threads: 1,
    command: node("jaxjs.mjs"),
    offers: (["none", "basic"] as const).map((instrumentation) => ({
      instrumentation,
      variants: name === "W5" ? ["im2col", "jit"] : ["jit"],
      statistics: [instrumentation],
    })),
  },
];

/** What to do about peers that this machine does not have, by their names. */
export function missingPeers(): ReadonlyMap<PeerName, string> {
  const asked = spawnSync(python, [
    "-c",
    "import torch, numpy; print(torch.backends.cpu.get_cpu_capability())",
  ]);
  const hasTorch = asked.status === 0;
  const isWider = String(asked.stdout).includes("AVX512");
  const installed = (name: string) => existsSync(join(here, "node_modules", name));
  const install = "run `npm ci` in `bench/`";
  const needsPython = "`GRADLENS_PYTHON` names a Python that has it";
  return new Map<PeerName, string>([
    ...(hasTorch ? [] : [["PyTorch", needsPython] as const]),
    ...(isWider
      ? []
      : [
          ["PyTorch, 256 bits", hasTorch ? "its vectors are no longer than that here" : needsPython] as const,
        ]),
    ...(installed("@tensorflow/tfjs") ? [] : [["TensorFlow.js", install] as const]),
    ...(installed("@jax-js/jax") ? [] : [["jax-js", install] as const]),
  ]);
}
