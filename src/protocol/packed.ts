import { STATS, TOTALS, type Frame, type Total } from "./frame.ts";

/**
 * Frames in a few arrays however many they are: VS Code counts the arrays of a message to a webview in a byte and loses those
 * beyond 255, and it writes numbers outside of arrays as JSON, which has no NaN. Histograms are left out.
 */
export interface PackedFrames {
  /** `step`, then `TOTALS`, one frame after the other. */
  readonly totals: Float64Array;
  /** `Frame.values`, one after the other. */
  readonly values: Float64Array;
  /** `Frame.time`, one after the other; empty where no layer is recurrent. */
  readonly time: Float64Array;
}

const WIDTH = 1 + TOTALS.length;

export const packFrames = (frames: readonly Frame[]): PackedFrames => ({
  totals: Float64Array.from(frames.flatMap((frame) => [frame.step, ...TOTALS.map((total) => frame[total])])),
  values: joined(frames.map(({ values }) => values)),
  time: joined(frames.flatMap(({ time }) => time ?? [])),
});

/** One after the other, in an array of its own. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** An array in parts of equal length, as views of it. */
export const parts = (all: Float64Array, length: number): readonly Float64Array[] =>
  Array.from({ length: length > 0 ? all.length / length : 0 }, (_, i) =>
    all.subarray(i * length, (i + 1) * length),
  );

/** Whether the arrays belong together, and have so many rows a frame. */
export function arePacked({ totals, values, time }: PackedFrames, layers: number): boolean {
  const count = totals.length / WIDTH;
  return (
    Number.isInteger(count) &&
    values.length === count * layers * STATS.length &&
    (count === 0 ? time.length === 0 : time.length % count === 0)
  );
}

/** The frames, as views of the packed arrays. */
export function unpackFrames({ totals, values, time }: PackedFrames): readonly Frame[] {
  const count = totals.length / WIDTH;
  const rows = parts(values, values.length / count);
  const times = parts(time, time.length / count);
  return parts(totals, WIDTH).map(([step = NaN, ...figures], i) => ({
    step,
    ...(Object.fromEntries(TOTALS.map((total, t) => [total, figures[t]])) as Record<Total, number>),
    values: rows[i] ?? new Float64Array(0),
    ...(times[i] && { time: times[i] }),
  }));
}
