import type { Frame } from "../protocol/frame.ts";
import { thinned } from "../protocol/history.ts";

/** What one message to a panel may weigh: a megabyte of numbers costs the host 2 ms. */
const MESSAGE_BYTES = 4e5;
/** Frames that a panel can tell apart within one message. */
const MESSAGE_FRAMES = 60;

/** Frames as a panel gets them while a run goes on: so many as one message may weigh, and the latest histogram alone. */
export function increment(frames: readonly Frame[]): readonly Frame[] {
  const bytes = frames.at(-1)?.values.byteLength ?? 1;
  const most = Math.max(1, Math.min(MESSAGE_FRAMES, Math.floor(MESSAGE_BYTES / bytes)));
  return withLatestHistogram(thinned(frames, most), frames);
}

/** The frames of a run's history, of which only the last has a histogram. */
export const whole = (frames: readonly Frame[]): readonly Frame[] => withLatestHistogram(frames, frames);

function withLatestHistogram(few: readonly Frame[], all: readonly Frame[]): readonly Frame[] {
  const hist = all.findLast((frame) => frame.hist)?.hist;
  return few.map(({ hist: _, ...frame }, i) => (hist && i === few.length - 1 ? { ...frame, hist } : frame));
}
