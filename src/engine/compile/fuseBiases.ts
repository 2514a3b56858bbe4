import { argsOf, isCallOf, makeCall } from "./arguments.ts";
import { type Access, accessesOf, hazard } from "../runtime/hazards.ts";
import type { Call } from "./recorder.ts";

/*
 * The gradient of a bias is Σ ∂L/∂z over the rows, and ∂L/∂z is what the derivative of the activation behind it writes. Where
 * that pass takes statistics (see fuse.ts), it adds up the rows too: of several slices each its own, which are added up later.
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
  /** The latest derivative that writes to a place. */
  const writers = new Map<number, Writer>();
  const accesses: (readonly Access[])[] = [];
  const isFree = (i: number, moved: readonly Access[]): boolean =>
    !hazard((accesses[i] ??= allAccessesOf(calls[i])), moved);

  calls.forEach((call, i) => {
    if (isCallOf(call, "activationGradSquares")) writers.set(argsOf(call).dx, { call, i });
    if (!isCallOf(call, "columnSums")) return;
    const slices = writersOf(call, writers);
    if (slices.length === 0) return;
    const { rows, n, X, out } = argsOf(call);
    const isWhole = slices.length === 1;
    const reads: Access = { doubles: false, writes: false, at: X, size: rows * n };
    const moved = isWhole ? allAccessesOf(call) : [reads];
    const first = Math.min(...slices.map((writer) => writer.i)) + 1;
    if (i - first > FURTHEST) return;
    const between = new Set(slices.map((writer) => writer.i));
    for (let j = first; j < i; j++) if (!between.has(j) && !isFree(j, moved)) return;

    const sums = isWhole ? out : place(slices.length * n);
    slices.forEach((writer, slice) => {
      const { kind, n: size, x, y, dy, dx, alpha, beta, dyOut, dxOut } = argsOf(writer.call);
      const ends = { alpha, beta, dyOut, dxOut, out: sums + slice * n };
      const fused = makeCall("activationGradSums", { kind, rows: size / n, n, x, y, dy, dx, ...ends });
      joined.set(writer.call, [fused]);
    });
    const total = { rows: slices.length, n, X: sums, ldx: n, out, accumulate: 0 };
    joined.set(call, isWhole ? [] : [makeCall("columnSums", total)]);
  });
  return calls.flatMap((call) => joined.get(call) ?? [call]);
}

/** A derivative, and where it stands among the calls. */
interface Writer {
  readonly call: Call<"activationGradSquares">;
  readonly i: number;
}

/** All of memory, where nobody knows. */
const allAccessesOf = (call: Call): readonly Access[] =>
  accessesOf(call) ?? [{ doubles: false, writes: true, at: 0, size: Infinity }];

/** The derivatives that have written, slice by slice, the rows that a call adds up; none: it is not to be joined. */
function writersOf(call: Call<"columnSums">, writers: ReadonlyMap<number, Writer>): readonly Writer[] {
  const { rows, n, X, ldx, accumulate } = argsOf(call);
  if (ldx !== n || accumulate !== 0 || n % WIDTH !== 0) return [];
  const slices: Writer[] = [];
  const end = X + rows * n;
  for (let at = X; at < end;) {
    const writer = writers.get(at);
    if (!writer) return [];
    const { n: size } = argsOf(writer.call);
    if (size > LARGEST || size % n !== 0 || at + size > end) return [];
    slices.push(writer);
    at += size;
  }
  return slices;
}
