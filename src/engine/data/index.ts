import { adding_problem } from "./addingProblem.ts";
import { blobs } from "./blobs.ts";
import { circles } from "./circles.ts";
import { copy_memory } from "./copyMemory.ts";
import { csv } from "./csv.ts";
import type { DataType } from "./data.ts";
import { gaussian } from "./gaussian.ts";
import { idx } from "./idx.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { parity } from "./parity.ts";
import { regression_sine } from "./regressionSine.ts";
import { spiral } from "./spiral.ts";
import { two_moons } from "./twoMoons.ts";
import { xor } from "./xor.ts";

/** Every data set, by the name that a model file gives as `data.type`. Tests walk this table. */
export const dataSets = {
  xor,
  spiral,
  two_moons,
  circles,
  blobs,
  regression_sine,
  gaussian,
  adding_problem,
  copy_memory,
  parity,
  csv,
  npy,
  npz,
  idx,
} satisfies Record<string, DataType>;

export type DataName = keyof typeof dataSets;
