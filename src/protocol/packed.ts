import { TOTALS, type Frame, type Total } from "./frame.ts";
import type { ToWebview } from "./webview.ts";

/**
 * Frames in a message to a webview, in a few arrays however many they are: VS Code counts the arrays of a message in a byte
 * and loses those beyond 255, and it writes numbers outside of arrays as JSON, which has no NaN.
 */
export interface PackedFrames {
  /** `step`, then `TOTALS`, one frame after the other. */
  readonly totals: Float64Array;
  /** `Frame.values`, one after the other. */
  readonly values: Float64Array;
  /** `Frame.time`, one after the other; empty where no layer is recurrent. */
  readonly time: Float64Array;
  /** The latest `Frame.hist` among them, which the last frame gets; empty where none has one. */
  readonly hist: Float64Array;
}

const WIDTH = 1 + TOTALS.length;

/** The messages as they cross: frames are packed. */
export type PackedMessage = Packed<ToWebview>;

type Packed<T> = T extends readonly Frame[]
  ? PackedFrames
  : T extends { readonly frames: unknown }
    ? { readonly [K in keyof T]: K extends "frames" | "compare" ? Packed<T[K]> : T[K] }
    : T;

export function packFrames(frames: readonly Frame[]): PackedFrames {
  const totals = frames.flatMap((frame) => [frame.step, ...TOTALS.map((total) => frame[total])]);
  return {
    totals: Float64Array.from(totals),
    values: joined(frames.map(({ values }) => values)),
    time: joined(frames.map(({ time }) => time ?? NOTHING)),
    hist: frames.findLast(({ hist }) => hist)?.hist?.slice() ?? NOTHING,
  };
}

const NOTHING = new Float64Array(0);

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether the arrays belong together. */
export function arePacked({ totals, values, time }: PackedFrames): boolean {
  const count = totals.length / WIDTH;
  const fits = (length: number) => (count === 0 ? length === 0 : length % count === 0);
  return Number.isInteger(count) && fits(values.length) && fits(time.length);
}

/** The frames, as views of the packed arrays. */
export function unpackFrames({ totals, values, time, hist }: PackedFrames): readonly Frame[] {
  const count = totals.length / WIDTH;
  const part = (array: Float64Array, i: number): Float64Array => {
    const size = array.length / count;
    return array.subarray(i * size, (i + 1) * size);
  };
  return Array.from({ length: count }, (_, i) => ({
    step: totals[i * WIDTH] ?? NaN,
    ...(Object.fromEntries(TOTALS.map((total, t) => [total, totals[i * WIDTH + 1 + t]])) as Record<
      Total,
      number
    >),
    values: part(values, i),
    ...(time.length > 0 && { time: part(time, i) }),
    ...(i === count - 1 && hist.length > 0 && { hist }),
  }));
}

export function packMessage(message: ToWebview): PackedMessage {
  switch (message.type) {
    case "state": {
      const { frames, compare, ...rest } = message;
      const before = compare && { compare: { ...compare, frames: packFrames(compare.frames) } };
      return { ...rest, frames: packFrames(frames), ...before };
    }
    case "frames":
      return { ...message, frames: packFrames(message.frames) };
    case "runs":
    case "mark":
      return message;
    default:
      return message satisfies never;
  }
}

export function unpackMessage(message: PackedMessage): ToWebview {
  switch (message.type) {
    case "state": {
      const { frames, compare, ...rest } = message;
      const before = compare && { compare: { ...compare, frames: unpackFrames(compare.frames) } };
      return { ...rest, frames: unpackFrames(frames), ...before };
    }
    case "frames":
      return { ...message, frames: unpackFrames(message.frames) };
    case "runs":
    case "mark":
      return message;
    default:
      return message satisfies never;
  }
}
