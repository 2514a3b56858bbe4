import type { Frame } from "../protocol/frame.ts";
import { thinned } from "./history.ts";

/** What one message to a panel may weigh: a megabyte of numbers costs the host 2 ms. */
const MESSAGE_BYTES = 4e5;
/** Frames that a panel can tell apart within one message. */
const MESSAGE_FRAMES = 60;

/** Frames as a panel gets them while a run goes on: so many as one message may weigh, and the latest histogram alone. */
export function increment(frames: readonly Frame[]): readonly Frame[] {
  const bytes = frames.at(-1)?.values.byteLength ?? 1;
  const few = thinned(frames, Math.max(1, Math.min(MESSAGE_FRAMES, Math.floor(MESSAGE_BYTES / bytes))));
  const latest = frames.findLast(({ hist }) => hist);
  return few.map((frame, i) => packed(frame, i === few.length - 1 ? latest?.hist : undefined));
}

/** The frames of a run's history, of which only the last has a histogram. */
export function whole(frames: readonly Frame[]): readonly Frame[] {
  const latest = frames.findLast(({ hist }) => hist);
  return frames.map((frame, i) => packed(frame, i === frames.length - 1 ? latest?.hist : undefined));
}

/** A part of a buffer is sent as the whole buffer: only arrays that fill theirs go out as they are. */
function packed({ hist: _, time, ...frame }: Frame, hist: Float64Array | undefined): Frame {
  return {
    ...frame,
    values: alone(frame.values),
    ...(hist && { hist: alone(hist) }),
    ...(time && { time: alone(time) }),
  };
}

const alone = (array: Float64Array): Float64Array =>
  array.byteLength === array.buffer.byteLength ? array : array.slice();
