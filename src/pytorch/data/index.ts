import type { DataName } from "../../engine/data/index.ts";
import type { DataWriter } from "./code.ts";
import { csv, idx, npy, npz } from "./files.ts";
import { blobs, circles, gaussian, parity, regression_sine, spiral, two_moons, xor } from "./points.ts";
import { adding_problem, copy_memory } from "./sequences.ts";

/** How a program makes or reads each data set, with the numbers that the engine has. */
export const dataWriters: Readonly<Record<DataName, DataWriter>> = {
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
};
