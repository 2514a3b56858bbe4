import { t } from "../../l10n/translate.ts";
import { Recorder } from "../../protocol/recorder.ts";
import type { RunEnd, RunInfo } from "../../protocol/run.ts";
import { messageOf } from "../../protocol/rpc.ts";
import { quoted } from "../../protocol/visible.ts";
import { readEnd } from "./end.ts";
import { record, Refusal, type Fields } from "./fields.ts";
import { readHeader } from "./header.ts";
import { Lines, LONGEST_LINE, type Line } from "./lines.ts";
import { StepReader } from "./step.ts";

/** What is wrong with a line: it is left out, and the run goes on. */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

/** Problems that are told of, at most: the others are counted, until they are too many. */
const MOST_TOLD = 20;
const MOST_BAD = 1_000;

/**
 * Reads the stream of a run (`docs/stream.md`) as it arrives, in pieces that may be cut anywhere, and records it as the engine
 * does: in memory that is bounded however long it is. Whoever wrote it is a stranger: all of it is data.
 */
export class StreamReader {
  readonly recorder = new Recorder();
  readonly #lines = new Lines();
  readonly #problems: LineProblem[] = [];
  #info: RunInfo | undefined;
  #steps: StepReader | undefined;
  #end: RunEnd | undefined;
  #refused: string | undefined;
  #bad = 0;

  /** What the first line says, with the columns that the steps have had so far; absent before it. */
  get info(): RunInfo | undefined {
    return this.#info;
  }

  /** Absent while the run goes on, or nobody knows how it ended. */
  get end(): RunEnd | undefined {
    return this.#end;
  }

  /** Why nothing more of it is read: its first line is none, or too many others are none. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** The first lines that could not be read. */
  get problems(): readonly LineProblem[] {
    return this.#problems;
  }

  /** How many there are. */
  get bad(): number {
    return this.#bad;
  }

  /** Adds what the file goes on with. */
  take(bytes: Uint8Array): void {
    if (this.#refused !== undefined) return;
    for (const line of this.#lines.take(bytes)) {
      this.#read(line);
      if (this.#refused !== undefined) return;
    }
  }

  #read(line: Line): void {
    try {
      const fields = fieldsOf(line);
      if (fields) this.#add(fields);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#bad++;
      if (!this.#info) this.#refused = t`line ${line.number}: ${error.message}`;
      else if (this.#bad === MOST_BAD) this.#refused = t`${MOST_BAD} lines cannot be read`;
      if (this.#problems.length < MOST_TOLD)
        this.#problems.push({ line: line.number, message: error.message });
    }
  }

  #add(fields: Fields): void {
    const type = fields["type"];
    if (!this.#info) {
      if (type !== "run") throw new Refusal(t`it does not begin with a run`);
      this.#info = readHeader(fields);
      this.#steps = new StepReader(this.#info.layers);
      return;
    }
    if (this.#end) throw new Refusal(t`it goes on behind its end`);
    if (type === "step") this.#step(fields, this.#info);
    else if (type === "end") this.#end = readEnd(fields);
    else if (type === "run") throw new Refusal(t`a second run begins`);
    // A line of another type is of a later version, and says nothing here.
  }

  #step(fields: Fields, info: RunInfo): void {
    const steps = this.#steps;
    const last = this.recorder.step();
    if (typeof fields["step"] === "number" && fields["step"] <= last)
      throw new Refusal(t`step ${fields["step"]} comes after step ${last}`);
    const frame = steps?.read(fields);
    if (!steps || !frame) return;
    this.recorder.push(frame);
    if (steps.layers !== info.layers) this.#info = { ...info, layers: steps.layers };
  }
}

/** `undefined` for an empty line. */
function fieldsOf({ text }: Line): Fields | undefined {
  if (text === undefined) throw new Refusal(t`it is longer than ${LONGEST_LINE / 1e6} MB`);
  if (text.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(t`it is no JSON: ${quoted(messageOf(error), 100)}`);
  }
  return record(value, "it");
}
