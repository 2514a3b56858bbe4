import { t } from "../../l10n/translate.ts";
import type {
  Argument,
  Arguments,
  DataFacts,
  LayerInfo,
  ParameterInfo,
  ProgramLine,
  RunInfo,
  Watched,
  Where,
} from "../../protocol/run.ts";
import { quoted } from "../../protocol/visible.ts";
import {
  count,
  list,
  LONGEST_TEXT,
  numeral,
  optional,
  record,
  Refusal,
  text,
  type Fields,
} from "./fields.ts";

/** Rows of a model at most. */
export const MOST_ROWS = 20_000;
const MOST_PARAMETERS = 1_000;
const MOST_DIMENSIONS = 64;
/** Lines of a stack that are kept, and files. */
const MOST_VIA = 64;
const MOST_SOURCES = 10_000;
const MOST_ARGUMENTS = 32;
const MOST_ELEMENTS = 8;
const MOST_OPTIMIZERS = 16;

/** What the first line of a stream says. The columns of the layers show in the steps. */
export function readHeader(fields: Fields): RunInfo {
  if (fields["version"] !== 1)
    throw new Refusal(t`version ${quoted(String(fields["version"]))} of the format is not known here`);
  const layers = list(fields["layers"], "layers");
  if (layers.length > MOST_ROWS)
    throw new Refusal(t`it has ${layers.length} layers: more than ${MOST_ROWS} cannot be shown`);
  const read = layers.map(layerOf);
  const paths = new Set<string>();
  for (const { path } of read) {
    if (paths.size === paths.add(path).size) throw new Refusal(t`two layers are called ${quoted(path)}`);
  }
  return {
    model: text(fields["model"], "model"),
    ...optional(fields, "seed", count),
    parameters: count(fields["parameters"], "parameters"),
    ...optional(fields, "steps", count),
    layers: read,
    hist_every: optional(fields, "hist_every", count).hist_every ?? 1,
    engine: optional(fields, "engine", text).engine ?? "",
    ...optional(fields, "data", factsOf),
    ...(fields["source"] !== "gradlens" && { watched: watchedOf(fields) }),
  };
}

function layerOf(value: unknown): LayerInfo {
  const layer = record(value, t`a layer`);
  return {
    path: pathOf(layer["path"]),
    type: text(layer["type"], "type"),
    parameters: few(layer["parameters"], "parameters", MOST_PARAMETERS).map(parameterOf),
    output_shape: layer["output_shape"] === null ? [] : shapeOf(layer["output_shape"]),
    stats: [],
    ...optional(layer, "where", whereOf),
    ...optional(layer, "arguments", argumentsOf),
  };
}

/** A path that is cut would be another one. */
export function pathOf(value: unknown): string {
  const path = text(value, "path");
  if (path !== value) throw new Refusal(t`a layer's path has more than ${LONGEST_TEXT} characters`);
  return path;
}

function parameterOf(value: unknown): ParameterInfo {
  const parameter = record(value, t`a parameter`);
  return { name: text(parameter["name"], "name"), shape: shapeOf(parameter["shape"]) };
}

const shapeOf = (value: unknown): readonly number[] =>
  few(value, t`a shape`, MOST_DIMENSIONS).map((length) => count(length, t`a length`));

function few(value: unknown, what: string, most: number): readonly unknown[] {
  const all = list(value, what);
  if (all.length > most) throw new Refusal(t`${what} has ${all.length} entries: more than ${most}`);
  return all;
}

/** Numbers, truth values and short words; what else there is nobody knows, and is left out. */
function argumentsOf(value: unknown, what: string): Arguments {
  const known = Object.entries(record(value, what)).filter(
    (entry): entry is [string, Argument] => WORD.test(entry[0]) && isArgument(entry[1]),
  );
  return Object.fromEntries(known.slice(0, MOST_ARGUMENTS));
}

const WORD = /^[A-Za-z]\w{0,39}$/;
const isPlain = (value: unknown): boolean => typeof value === "boolean" || Number.isFinite(value);

const isArgument = (value: unknown): value is Argument =>
  isPlain(value) ||
  (typeof value === "string" && WORD.test(value)) ||
  (Array.isArray(value) && value.length > 0 && value.length <= MOST_ELEMENTS && value.every(isPlain));

const lineOf = (value: unknown): ProgramLine => {
  const { file, line } = record(value, t`a place`);
  return { file: text(file, "file"), line: count(line, "line") };
};

function whereOf(value: unknown): Where {
  const where = record(value, "where");
  const at = lineOf(where);
  return {
    ...at,
    end_line: optional(where, "end_line", count).end_line ?? at.line,
    via: (optional(where, "via", list).via ?? []).slice(0, MOST_VIA).map(lineOf),
  };
}

function watchedOf(fields: Fields): Watched {
  const started = Date.parse(String(fields["started"]).replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return {
    every: fields["every"] === "auto" ? "auto" : (optional(fields, "every", count).every ?? 1),
    ...optional(fields, "pid", count),
    ...optional(fields, "host", text),
    ...optional(fields, "heartbeat", numeral),
    ...(Number.isFinite(started) && { started }),
    ...optional(fields, "optimizer", text),
    optimizers: (optional(fields, "optimizers", list).optimizers ?? [])
      .slice(0, MOST_OPTIMIZERS)
      .map((one) => argumentsOf(one, t`an optimizer`)),
    ...optional(fields, "loss", text),
    ...optional(fields, "clip_grad_norm", numeral),
    world_size: optional(fields, "world_size", count).world_size ?? 1,
    sources: sourcesOf(optional(fields, "sources", record).sources ?? {}),
    ...optional(fields, "notebook", notebookOf),
  };
}

function notebookOf(value: unknown, what: string): NonNullable<Watched["notebook"]> {
  const notebook = record(value, what);
  const cells = (optional(notebook, "cells", list).cells ?? []).slice(0, MOST_SOURCES);
  return {
    ...optional(notebook, "file", text),
    cells: new Set(cells.filter((cell) => typeof cell === "string")),
  };
}

const sourcesOf = (sources: Fields): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(sources)
      .slice(0, MOST_SOURCES)
      .flatMap(([file, digest]) =>
        typeof digest === "string" ? [[file, digest.toLowerCase()] as const] : [],
      ),
  );

const FACTS = [
  "target_mean",
  "target_std",
  "target_offset",
  "target_min",
  "target_max",
  "input_rms",
  "input_max",
] as const satisfies readonly (keyof DataFacts)[];

function factsOf(value: unknown): DataFacts {
  const data = record(value, "data");
  return {
    samples: count(data["samples"], "samples"),
    ...optional(data, "class_shares", (shares) =>
      few(shares, "class_shares", MOST_ROWS).map((share) => numeral(share, t`a share`)),
    ),
    ...Object.assign({}, ...FACTS.map((name) => optional(data, name, numeral))),
    input_nonfinite: count(data["input_nonfinite"], "input_nonfinite"),
    floor: numeral(data["floor"], "floor"),
  } as DataFacts;
}
