import { isLooking } from "./cost.ts";
import type { Node } from "./graph.ts";
import { ACTIVATION_NAMES } from "./kernels/activations.ts";
import { LIGHT } from "./kernels/observed.ts";
import type { Call } from "./record.ts";
import { sizeOf } from "./tensor.ts";

/*
 * Statistics of what a light activation reads and writes are taken in its own pass. They are recorded as calls of their own, and
 * joined with it afterwards, where they stand beside it and neither tensor is written over the other.
 */

/** Elements of a tensor that gets a place of its own for that; of larger ones the memory would cost more than the time. */
const LARGEST = 2 ** 16;

/** Whether the node's pass in this direction is to write beside what it reads, although it could write over it. */
export const writesApart = (way: "forward" | "backward", { op, output }: Node): boolean =>
  (LIGHT[way] as readonly string[]).includes(op.name) && sizeOf(output.shape) <= LARGEST;

/** What a call is joined with: sums of the tensors at two of its places, n elements each. */
interface Joint {
  readonly sums: "moments" | "sumSquares";
  readonly light: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly fused: Call["kernel"];
  /** Arguments that are places. */
  readonly places: readonly number[];
}

const JOINTS: Partial<Record<Call["kernel"], Joint>> = {
  activation: {
    sums: "moments",
    light: LIGHT.forward,
    from: 2,
    to: 3,
    fused: "activationMoments",
    places: [2, 3],
  },
  activationGrad: {
    sums: "sumSquares",
    light: LIGHT.backward,
    from: 4,
    to: 5,
    fused: "activationGradSquares",
    places: [2, 3, 4, 5],
  },
};

/** The calls with those that only look joined with what they stand beside. In linear time. */
export function fuse(calls: readonly Call[]): readonly Call[] {
  const fused = new Map<Call, readonly Call[]>();
  calls.forEach((call, i) => {
    const joint = JOINTS[call.kernel];
    if (!joint?.light.includes(ACTIVATION_NAMES[call.args[0]])) return;
    const [n, from, to] = [call.args[1], call.args[joint.from], call.args[joint.to]];
    if (from === to) return;
    const before = sumsOf(calls, i, -1, joint.sums, from, n);
    const after = sumsOf(calls, i, 1, joint.sums, to, n);
    if (before.length === 0 || !alike(before, after)) return;
    const parts = before.map((own, slice) => joined(call, joint, own, after[slice], own.args[1] - from));
    for (const sum of [...before, ...after]) fused.set(sum, []);
    fused.set(call, parts);
  });
  return calls.flatMap((call) => fused.get(call) ?? [call]);
}

/** The sums of n elements at `at`, slice by slice, among the calls before or behind call i that only look. */
function sumsOf(
  calls: readonly Call[],
  i: number,
  direction: 1 | -1,
  kernel: Joint["sums"],
  at: number,
  n: number,
): readonly Call[] {
  const found: Call[] = [];
  for (let j = i + direction; j >= 0 && j < calls.length && isLooking(calls[j]); j += direction) {
    const { args } = calls[j];
    if (calls[j].kernel === kernel && args[1] >= at && args[1] < at + n) found.push(calls[j]);
  }
  const sorted = found.toSorted((a, b) => a.args[1] - b.args[1]);
  const covers = sorted.reduce((end, { args }) => (args[1] === end ? end + args[0] : NaN), at) === at + n;
  return covers ? sorted : [];
}

/** Whether slices are of the same sizes. */
const alike = (a: readonly Call[], b: readonly Call[]): boolean =>
  a.length === b.length && a.every(({ args: [n] }, i) => n === b[i].args[0]);

/** The part of a call whose sums are taken by `before` and `after`, from element `first` on. */
function joined(call: Call, { fused, places }: Joint, before: Call, after: Call, first: number): Call {
  const args = call.args.map((value, i) =>
    i === 1 ? before.args[0] : places.includes(i) ? value + first : value,
  );
  return { kernel: fused, args: [...args, before.args[2], after.args[2]] };
}
