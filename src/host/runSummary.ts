import type { RunSummary } from "../protocol/webview.ts";
import { stepsPerSecond } from "../text/run.ts";
import type { Run } from "./run.ts";

/** A run as lists, lenses and the panel's header speak of it: nothing is read for that. */
export function summaryOf(run: Run, stale: boolean): RunSummary {
  const { id, info, state, end, reading, step, trial, name } = run;
  return {
    ...{ id, info, state, step, stale },
    ...(end && { end }),
    ...(reading && { reading }),
    loss: run.record.loss,
    steps_per_second: end
      ? stepsPerSecond({ step: 0, ms: 0 }, { step: end.steps, ms: end.elapsed_ms })
      : run.speed.now(),
    file: run.origin.file,
    ...(trial && { trial }),
    ...(name !== undefined && { name }),
    started: timeOf(run.started),
    controls: [...run.controls],
  };
}

/** `14:03:22`, with the date before it where that is another day's. */
function timeOf(date: Date): string {
  const time = date.toLocaleTimeString("en-GB");
  const day = date.toLocaleDateString("sv-SE");
  return day === new Date().toLocaleDateString("sv-SE") ? time : `${day} ${time}`;
}
