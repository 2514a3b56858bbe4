import { rules } from "./parallel/rules/index.ts";
import { conflict, reads, type Touch } from "./parallel/touches.ts";
import type { Call } from "./record.ts";

/*
 * The gradient of a bias is Σ ∂L/∂z over the rows, and ∂L/∂z is what the derivative of the activation behind it writes. Where
 * that pass takes statistics (see fusion.ts), it adds up the rows too: of several slices each its own, which are added up later.
 */

/** Elements of a slice up to which one pass takes less time than two; beyond, rows are so far apart that it may take more. */
const LARGEST = 2048;

/** Columns that such a pass adds up at a time. */
const WIDTH = 32;

/** Calls that lie between the two at most, so that all are joined in linear time. */
const FURTHEST = 256;

/**
 * The calls with sums over rows joined with the derivatives that write these. `place` gives out memory that no call uses.
 */
export function sumBiases(calls: readonly Call[], place: (size: number) => number): readonly Call[] {
  const joined = new Map<Call, readonly Call[]>();
  /** Where the latest derivative that writes to a place stands among the calls. */
  const writers = new Map<number, number>();
  const touches: (readonly Touch[])[] = [];
  const free = (i: number, moved: readonly Touch[]): boolean =>
    !conflict((touches[i] ??= touchesOf(calls[i])), moved);

  calls.forEach((call, i) => {
    if (call.kernel === "activationGradSquares") writers.set(call.args[5], i);
    const slices = writersOf(call, calls, writers);
    if (slices.length === 0) return;
    const [rows, n, X, , out] = call.args;
    const isWhole = slices.length === 1;
    const moved = isWhole ? touchesOf(call) : reads(X, rows * n);
    const first = Math.min(...slices) + 1;
    if (i - first > FURTHEST) return;
    for (let j = first; j < i; j++) if (!slices.includes(j) && !free(j, moved)) return;

    const sums = isWhole ? out : place(slices.length * n);
    slices.forEach((writer, slice) => {
      const [kind, size, ...rest] = calls[writer].args;
      const args = [kind, size / n, n, ...rest, sums + slice * n];
      joined.set(calls[writer], [{ kernel: "activationGradSums", args }]);
    });
    const total = { kernel: "columnSums", args: [slices.length, n, sums, n, out, 0] } as const;
    joined.set(call, isWhole ? [] : [total]);
  });
  return calls.flatMap((call) => joined.get(call) ?? [call]);
}

/** All of memory, where nobody knows. */
const touchesOf = ({ kernel, args }: Call): readonly Touch[] =>
  rules[kernel]?.touches(args) ?? [{ doubles: false, writes: true, at: 0, size: Infinity }];

/** Where the derivatives stand that have written, slice by slice, the rows that a call adds up; none: it is not to be joined. */
function writersOf(
  { kernel, args: [rows, n, X, ldx, , accumulate] }: Call,
  calls: readonly Call[],
  writers: ReadonlyMap<number, number>,
): readonly number[] {
  if (kernel !== "columnSums" || ldx !== n || accumulate !== 0 || n % WIDTH !== 0) return [];
  const slices: number[] = [];
  const end = X + rows * n;
  for (let at = X; at < end;) {
    const writer = writers.get(at);
    if (writer === undefined) return [];
    const [, size] = calls[writer].args;
    if (size > LARGEST || size % n !== 0 || at + size > end) return [];
    slices.push(writer);
    at += size;
  }
  return slices;
}
