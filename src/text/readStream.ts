import { COLUMN, HIST_BINS, STATS, TOTALS, type Frame, type Total } from "../protocol/frame.ts";
import type { DataFacts, LayerInfo, ParameterInfo, RunEnd, RunInfo } from "../protocol/run.ts";

/*
 * Reads the stream of a run (docs/stream.md), which may still be growing, and which anybody may have written: what does not hold is
 * refused in words, with the line.
 */

/** Whoever writes longer lines, or more rows, writes no run. */
const LONGEST_LINE = 16e6;
const MOST_ROWS = 20_000;
const MOST_TIMES = 100_000;
const LONGEST_NAME = 1000;

/** What a line, or the change of what is known of the layers, comes to. */
export type StreamEvent =
  /** The run's first line has been read, or a row has a column that it did not have before. */
  | { readonly type: "info"; readonly info: RunInfo }
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "end"; readonly end: RunEnd };

/** Why a text is no stream of a run. */
export class StreamError extends Error {}

export class StreamReader {
  /** What stands of a line whose end has not come yet. */
  #rest: string[] = [];
  #restLength = 0;
  #line = 0;
  #info: RunInfo | undefined;
  #rowOf: ReadonlyMap<string, number> = new Map();
  #step = 0;
  #ended = false;

  /** The next piece of the text. Throws a `StreamError` after what came before it; then nothing more is read. */
  *push(text: string): Generator<StreamEvent> {
    let at = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
      yield* this.#read(this.#take(text.slice(at, end)));
      at = end + 1;
    }
    this.#rest.push(text.slice(at));
    this.#restLength += text.length - at;
    if (this.#restLength > LONGEST_LINE) throw this.#error("is longer than 16 MB");
  }

  /** Nothing follows: a last line that has no break at its end counts where it is whole. */
  finish(): readonly StreamEvent[] {
    const last = this.#take("");
    if (last.trim() === "") return [];
    try {
      JSON.parse(last);
    } catch {
      return []; // cut off
    }
    return this.#read(last);
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  #take(end: string): string {
    const line = [...this.#rest, end].join("");
    [this.#rest, this.#restLength] = [[], 0];
    return line;
  }

  #read(text: string): readonly StreamEvent[] {
    this.#line++;
    if (text.length > LONGEST_LINE) throw this.#error("is longer than 16 MB");
    if (text.trim() === "" || this.#ended) return [];
    const line = this.#parse(text);
    switch (line["type"]) {
      case "run":
        return this.#begin(line);
      case "step":
        return this.#frame(line);
      case "end":
        return this.#end(line);
      default:
        if (this.#info) return []; // of a later version
        throw this.#error('is not the beginning of a run: {"type":"run",…} was expected');
    }
  }

  #parse(text: string): Fields {
    let value: unknown;
    try {
      value = JSON.parse(text.replace(/^\ufeff/, ""));
    } catch {
      throw this.#error("is not JSON");
    }
    if (!isRecord(value)) throw this.#error("is no JSON object");
    return value;
  }

  #begin(line: Fields): readonly StreamEvent[] {
    if (this.#info) throw this.#error("begins another run");
    if (line["version"] !== 1)
      throw this.#error(`has version ${show(line["version"])}; 1 is what can be read`);
    const layers = this.#layers(line["layers"]);
    const { steps, hist_every, engine, source } = line;
    const data = factsOf(line["data"]);
    this.#info = {
      model: this.#name(line["model"], "model"),
      seed: typeof line["seed"] === "number" ? line["seed"] : -1,
      parameters: count(line["parameters"]) ?? 0,
      ...(count(steps) !== undefined && { steps: Number(steps) }),
      layers,
      hist_every: count(hist_every) ?? 1,
      engine: typeof engine === "string" ? cut(engine) : typeof source === "string" ? cut(source) : "",
      ...(data && { data }),
    };
    this.#rowOf = new Map(layers.map(({ path }, row) => [path, row]));
    if (this.#rowOf.size < layers.length) throw this.#error("has two layers of one path");
    return [{ type: "info", info: this.#info }];
  }

  #layers(value: unknown): readonly LayerInfo[] {
    if (!Array.isArray(value)) throw this.#error("has no list of layers");
    if (value.length > MOST_ROWS) throw this.#error(`has ${value.length} layers; ${MOST_ROWS} are the most`);
    return value.map((layer: unknown): LayerInfo => {
      if (!isRecord(layer)) throw this.#error("has a layer that is no JSON object");
      return {
        path: this.#name(layer["path"], "path"),
        type: this.#name(layer["type"], "type"),
        parameters: Array.isArray(layer["parameters"]) ? layer["parameters"].flatMap(parameterOf) : [],
        output_shape: shapeOf(layer["output_shape"]),
        stats: [],
      };
    });
  }

  #name(value: unknown, what: string): string {
    if (typeof value !== "string" || value.length > LONGEST_NAME)
      throw this.#error(`has ${show(value)} where ${what} is a text of at most ${LONGEST_NAME} characters`);
    return value;
  }

  #frame(line: Fields): readonly StreamEvent[] {
    if (!this.#info) throw this.#error("is a step before the run has begun");
    const step = count(line["step"]);
    if (step === undefined || step <= this.#step)
      throw this.#error(`is of step ${show(line["step"])}, after step ${this.#step}`);
    const rows: unknown = line["layers"];
    if (!Array.isArray(rows) || rows.length > this.#info.layers.length)
      throw this.#error("has no list of the run's layers");
    const isFirst = this.#step === 0;
    this.#step = step;
    const known = this.#info;
    const ordered: (Fields | undefined)[] = known.layers.map(() => undefined);
    for (const row of rows as readonly unknown[]) {
      const at = isRecord(row) ? this.#rowOf.get(String(row["path"])) : undefined;
      if (at === undefined) throw this.#error("has a layer that the run does not have");
      ordered[at] = row as Fields;
    }
    const info = withColumns(known, ordered, isFirst);
    this.#info = info;
    const frame: Frame = {
      step,
      ...(Object.fromEntries(TOTALS.map((total) => [total, figure(line[total])])) as Record<Total, number>),
      values: valuesOf(ordered),
      ...histogramsOf(ordered),
      ...timesOf(ordered, info.layers),
    };
    return [...(info === known ? [] : [{ type: "info", info } as const]), { type: "frame", frame }];
  }

  #end(line: Fields): readonly StreamEvent[] {
    if (!this.#info) throw this.#error("is an end before the run has begun");
    const end = endOf(line, this.#step);
    if (!end) throw this.#error(`ends for a reason that is not known: ${show(line["reason"])}`);
    this.#ended = true;
    return [{ type: "end", end }];
  }

  #error = (what: string): StreamError => new StreamError(`line ${this.#line} ${what}`);
}

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const show = (value: unknown): string => cut(JSON.stringify(value) ?? "nothing").slice(0, 60);

const cut = (text: string): string => text.slice(0, LONGEST_NAME);

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const NOT_FINITE: Readonly<Record<string, number>> = { Infinity, "-Infinity": -Infinity };

/** NaN for what is absent, too. */
const figure = (value: unknown): number =>
  typeof value === "number" ? value : typeof value === "string" ? (NOT_FINITE[value] ?? NaN) : NaN;

const shapeOf = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.slice(0, 16).flatMap((size: unknown) => count(size) ?? []) : [];

const parameterOf = (value: unknown): readonly ParameterInfo[] =>
  isRecord(value) && typeof value["name"] === "string"
    ? [{ name: cut(value["name"]), shape: shapeOf(value["shape"]) }]
    : [];

/** A column that a row has for the first time is one of its own from then on. How many times it has, the first step says. */
function withColumns(info: RunInfo, rows: readonly (Fields | undefined)[], isFirst: boolean): RunInfo {
  let changed = false;
  const layers = info.layers.map((layer, i) => {
    const row = rows[i];
    const times = row?.["time_delta_norm"];
    const isNew = row && STATS.some((stat) => stat in row && !layer.stats.includes(stat));
    const hasTimes = isFirst && Array.isArray(times) && times.length > 0 && times.length <= MOST_TIMES;
    if (!isNew && !hasTimes) return layer;
    changed = true;
    return {
      ...layer,
      stats: STATS.filter((stat) => layer.stats.includes(stat) || (row && stat in row)),
      ...(hasTimes && { time: times.length }),
    };
  });
  return changed ? { ...info, layers } : info;
}

function valuesOf(rows: readonly (Fields | undefined)[]): Float64Array {
  const values = new Float64Array(rows.length * STATS.length).fill(NaN);
  for (const [i, row] of rows.entries()) {
    if (row) for (const stat of STATS) values[i * STATS.length + COLUMN[stat]] = figure(row[stat]);
  }
  return values;
}

function histogramsOf(rows: readonly (Fields | undefined)[]): { readonly hist?: Float64Array } {
  const lists = rows.map((row) => row?.["grad_hist"]);
  if (!lists.some((list) => Array.isArray(list))) return {};
  const hist = new Float64Array(rows.length * HIST_BINS);
  for (const [i, list] of lists.entries()) {
    if (!Array.isArray(list)) continue;
    for (let bin = 0; bin < HIST_BINS; bin++) hist[i * HIST_BINS + bin] = count(list[bin]) ?? 0;
  }
  return { hist };
}

/** NaN at a step that does not have them: every frame of a run has equally many. */
function timesOf(
  rows: readonly (Fields | undefined)[],
  layers: readonly LayerInfo[],
): { readonly time?: Float64Array } {
  if (!layers.some(({ time }) => time !== undefined)) return {};
  const all = layers.flatMap(({ time = 0 }, i) => {
    const list = rows[i]?.["time_delta_norm"];
    return Array.from({ length: time }, (_, t) => (Array.isArray(list) ? figure(list[t]) : NaN));
  });
  return { time: Float64Array.from(all) };
}

/** In the order in which they are written. */
const FACTS = [
  ...(["samples", "class_shares", "target_mean", "target_std", "target_offset", "target_min"] as const),
  ...(["target_max", "input_rms", "input_max", "input_nonfinite", "floor"] as const),
];
const ALWAYS = ["samples", "input_nonfinite", "floor"] as const;
const MOST_CLASSES = 1000;

function factsOf(value: unknown): DataFacts | undefined {
  if (!isRecord(value) || !ALWAYS.every((name) => name in value)) return undefined;
  const known = FACTS.filter((name) => name in value).map((name) => {
    const fact: unknown = value[name];
    return [name, name === "class_shares" ? sharesOf(fact) : figure(fact)] as const;
  });
  return Object.fromEntries(known) as unknown as DataFacts;
}

const sharesOf = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.slice(0, MOST_CLASSES).map(figure) : [];

const PLACES = ["activation", "gradient", "weight"] as const;

function endOf(line: Fields, last: number): RunEnd | undefined {
  const { reason, layer, where, op, message } = line;
  const common = {
    steps: count(line["steps"]) ?? last,
    elapsed_ms: Math.max(0, figure(line["elapsed_ms"])) || 0,
  };
  switch (reason) {
    case "completed":
    case "stopped":
    case "interrupted":
      return { reason, ...common };
    case "failed":
      return {
        reason,
        ...common,
        message: typeof message === "string" ? cut(message) : "no reason is given",
      };
    case "non_finite": {
      const place = PLACES.find((one) => one === where);
      if (typeof layer !== "string" || !place) return undefined;
      return {
        ...{ reason, ...common, layer: cut(layer), where: place },
        ...(typeof op === "string" && { op: cut(op) }),
        ...inputsOf(line["inputs"]),
      };
    }
    default:
      return undefined;
  }
}

const inputsOf = (value: unknown) =>
  isRecord(value) && { inputs: { min: figure(value["min"]), max: figure(value["max"]) } };
