import { makeCall } from "../compile/arguments.ts";
import type { Call } from "../compile/recorder.ts";
import type { Recording } from "../compile/recording.ts";
import type { SummedPart } from "../ops/op.ts";
import type { Slot } from "./layerSums.ts";
import type { Part, PartialSums } from "./partialSums.ts";
import type { Slots } from "./slots.ts";

/** Sums over a tensor: where they are put, and the calls that take them, one for each part; none where another pass has taken them along. */
export interface Sums {
  readonly at: Slot;
  readonly calls: readonly Call[];
}

/** A gradient whose ‖·‖² is taken once at most. */
export interface Summed {
  readonly at: number;
  readonly size: number;
  squares?: Sums;
}

/** What a pass sums up beside its work: part by part, of what it reads and of what it writes. */
export interface Along {
  readonly parts: readonly SummedPart[];
  readonly written: Sums;
}

/** When sums are there: after every step, after those that are sampled, and when the parameters have been updated. */
export type Stage = "step" | "sampled" | "update";

/** Places of sums over tensors, and the calls that take them. */
export class SumTaker {
  readonly #slots: Slots;
  /** Sums that are in parts when a stage is over. */
  readonly partial: Readonly<Record<Stage, PartialSums[]>> = { step: [], sampled: [], update: [] };
  /** That of what is recorded now. */
  stage: Stage = "step";

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** So many figures of each part, by the calls that `callOf` gives for n elements from `from` on. */
  take(
    parts: readonly Part[],
    figures: number,
    callOf: (from: number, n: number, out: number) => Call,
  ): Sums {
    const at = this.place(parts, figures);
    return { at, calls: parts.map(({ from, n }, i) => callOf(from, n, at + i * figures)) };
  }

  /** Their places alone. */
  place({ length }: readonly Part[], figures: number, stage = this.stage): Slot {
    const at = this.#slots.alloc(length * figures);
    if (length > 1) this.partial[stage].push({ at, figures, parts: length });
    return at;
  }

  /** ‖·‖² of the tensor that begins at `at`. */
  squares(at: number, parts: readonly Part[]): Sums {
    return this.take(parts, 1, (from, n, out) => makeCall("sumSquares", { n, x: at + from, out }));
  }

  /** `read`, if it still waits, and the same of what is written, to be taken along by the pass that writes that. */
  along(recording: Recording, read: Sums, parts: readonly Part[], figures: number): Along | undefined {
    if (!recording.withdraw(read.calls)) return undefined;
    const at = this.place(parts, figures);
    const both = parts.map(({ from, n }, i) => ({
      from,
      n,
      read: read.at + i * figures,
      written: at + i * figures,
    }));
    return { parts: both, written: { at, calls: [] } };
  }
}
