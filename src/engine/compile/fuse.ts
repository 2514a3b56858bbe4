import { argsOf, type ArgsOf, isCallOf, makeCall } from "./arguments.ts";
import { isStatistics } from "./costModel.ts";
import type { Node } from "../graph/graph.ts";
import { ACTIVATION_NAMES } from "../activations/index.ts";
import { LIGHT } from "../kernels/instrumented.ts";
import type { Call } from "./recorder.ts";
import { sizeOf } from "../tensor.ts";

/*
 * Statistics of what a light activation reads and writes are taken in its own pass. They are recorded as calls of their own, and
 * joined with it afterwards, where they stand beside it and neither tensor is written over the other.
 */

/** Elements of a tensor that gets a place of its own for that; of larger ones the memory would cost more than the time. */
const LARGEST = 2 ** 16;

/** Whether the node's pass in this direction is to write beside what it reads, although it could write over it. */
export const writesOutOfPlace = (pass: "forward" | "backward", { op, output }: Node): boolean =>
  (LIGHT[pass] as readonly string[]).includes(op.name) && sizeOf(output.shape) <= LARGEST;

type Sums = "moments" | "sumSquares";

/** A slice of a tensor whose sums one call takes. */
interface Slice {
  readonly call: Call;
  readonly args: ArgsOf<Sums>;
}

/** An activation's pass that can be joined with sums over the n elements at both of these places. */
interface Pass {
  readonly sums: Sums;
  readonly n: number;
  readonly from: number;
  readonly to: number;
  /** The pass over n elements from the first of a slice on, which puts the sums of both tensors there. */
  fused(first: number, n: number, fromOut: number, toOut: number): Call;
}

/** `undefined`: it cannot. */
function passOf(call: Call): Pass | undefined {
  if (isCallOf(call, "activation")) {
    const { kind, n, x, y, alpha, beta } = argsOf(call);
    if (!LIGHT.forward.includes(ACTIVATION_NAMES[kind])) return undefined;
    return {
      sums: "moments",
      n,
      from: x,
      to: y,
      fused: (first, n, xOut, yOut) =>
        makeCall("activationMoments", { kind, n, x: x + first, y: y + first, alpha, beta, xOut, yOut }),
    };
  }
  if (isCallOf(call, "activationGrad")) {
    const { kind, n, x, y, dy, dx, alpha, beta } = argsOf(call);
    if (!LIGHT.backward.includes(ACTIVATION_NAMES[kind])) return undefined;
    return {
      sums: "sumSquares",
      n,
      from: dy,
      to: dx,
      fused: (first, n, dyOut, dxOut) =>
        makeCall("activationGradSquares", {
          kind,
          n,
          x: x + first,
          y: y + first,
          dy: dy + first,
          dx: dx + first,
          alpha,
          beta,
          dyOut,
          dxOut,
        }),
    };
  }
  return undefined;
}

/** The calls with those that only take statistics joined with what they stand beside. In linear time. */
export function fuse(calls: readonly Call[]): readonly Call[] {
  const fused = new Map<Call, readonly Call[]>();
  calls.forEach((call, i) => {
    const pass = passOf(call);
    if (!pass || pass.from === pass.to) return;
    const before = slicesOf(calls, i, -1, pass.sums, pass.from, pass.n);
    const after = slicesOf(calls, i, 1, pass.sums, pass.to, pass.n);
    if (before.length === 0 || !alike(before, after)) return;
    const parts = before.map(({ args: { n, x, out } }, slice) =>
      pass.fused(x - pass.from, n, out, after[slice].args.out),
    );
    for (const sums of [...before, ...after]) fused.set(sums.call, []);
    fused.set(call, parts);
  });
  return calls.flatMap((call) => fused.get(call) ?? [call]);
}

/** The sums of n elements at `at`, slice by slice, among the calls before or behind call i that only take statistics. */
function slicesOf(
  calls: readonly Call[],
  i: number,
  direction: 1 | -1,
  sums: Sums,
  at: number,
  n: number,
): readonly Slice[] {
  const found: Slice[] = [];
  for (let j = i + direction; j >= 0 && j < calls.length && isStatistics(calls[j]); j += direction) {
    const call = calls[j];
    if (!isCallOf(call, sums)) continue;
    const args = argsOf(call);
    if (args.x >= at && args.x < at + n) found.push({ call, args });
  }
  const sorted = found.toSorted((a, b) => a.args.x - b.args.x);
  const covers = sorted.reduce((end, { args }) => (args.x === end ? end + args.n : NaN), at) === at + n;
  return covers ? sorted : [];
}

/** Whether slices are of the same sizes. */
const alike = (a: readonly Slice[], b: readonly Slice[]): boolean =>
  a.length === b.length && a.every(({ args: { n } }, i) => n === b[i].args.n);
