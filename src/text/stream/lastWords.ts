import type { RunEnd } from "../../protocol/run.ts";
import { readEnd } from "./end.ts";
import { isRecord, numeral } from "./fields.ts";

/** What the end of a stream says. */
export interface LastWords {
  readonly step: number;
  readonly loss: number;
  readonly end?: RunEnd;
}

/** What stands in the last lines of a stream, of which `text` may hold no more than a part. */
export function lastWords(text: string): LastWords {
  let end: RunEnd | undefined;
  for (const line of text.split("\n").reverse()) {
    try {
      const said: unknown = JSON.parse(line);
      if (!isRecord(said)) continue;
      if (said["type"] === "end") end ??= readEnd(said);
      if (said["type"] === "step" && Number.isSafeInteger(said["step"]))
        return { step: said["step"] as number, loss: numeral(said["loss"], "loss"), ...(end && { end }) };
    } catch {
      // Cut off, or no line of a run.
    }
  }
  return { step: end?.steps ?? 0, loss: NaN, ...(end && { end }) };
}
