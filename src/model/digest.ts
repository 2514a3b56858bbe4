import type { FoundAt } from "../protocol/found.ts";
import type { NamedFix, Wanted } from "./fixes/apply.ts";
import type { ModelSpec } from "../engine/spec.ts";
import type { Problem } from "../protocol/problem.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import type { RunInfo } from "../protocol/run.ts";
import type { Declaration } from "./declarations.ts";
import { filesOf } from "./files.ts";
import type { Range } from "./json.ts";
import { outlineOf, type Outline } from "./outline.ts";
import type { Parsed } from "./parsed.ts";

/** A place of the text as an editor counts: lines and columns from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A model that can run, as far as an editor needs to know it. */
export interface SpecDigest {
  /** Equal for models that train alike: comments and layout do not count. */
  readonly fingerprint: string;
  readonly rows: number;
  /** Number of trainable values. */
  readonly parameters: number;
  /** The files that a run reads, relative to the model file. */
  readonly files: readonly string[];
}

export interface ModelDigest {
  readonly name: string;
  /** The model of this file that it extends. */
  readonly base?: string;
  /** Its name in the text, with the quotes. */
  readonly key: Range;
  /** Its object in the text. */
  readonly body: Range;
  readonly start: Position;
  readonly end: Position;
  /** Absent where it cannot run. */
  readonly spec?: SpecDigest;
}

/**
 * What an editor shows of a file. It crosses from the thread that reads to the one that all extensions share: what is there for
 * each of thousands of layers is packed, and only unpacked for those in sight.
 */
export interface FileDigest {
  readonly models: readonly ModelDigest[];
  readonly problems: readonly Problem[];
  /** The text is JSON from end to end. */
  readonly complete: boolean;
  /** `PLACE` numbers for each layer's object, in the order of the text. */
  readonly places: Int32Array;
  /** A line for each of them: see `layerText`. */
  readonly layers: string;
}

/** Line and column of its beginning and of its end, and the index of the model in whose text it stands, or −1. */
export const PLACE = 5;

/** The text of a file, which may be called anything. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** The thread that reads model files, by its calls. */
export interface ReaderCalls {
  read(source: SourceText): FileDigest;
  /** A model of the text; absent where it cannot run. */
  spec(source: SourceText & { readonly model: string }): ModelSpec | undefined;
  /** What the text says of a run of the model; absent where it cannot run. */
  expected(source: SourceText & { readonly model: string }): RunInfo | undefined;
  /** What is wrong with each model by what it says alone, by its name; models that cannot run have nothing. */
  found(source: SourceText & { readonly rules: RuleSettings }): Readonly<Record<string, readonly FoundAt[]>>;
  /** Those of the fixes that change something and leave a model that can run. */
  fixes(source: SourceText & { readonly model: string; readonly wanted: Wanted }): readonly NamedFix[];
  /** Nobody asks for this file any more. */
  forget(file: string): void;
}

const outlines = new WeakMap<ModelSpec, Outline>();

/** Made once for each spec, which a model keeps until it changes. */
export function outline(spec: ModelSpec): Outline {
  const known = outlines.get(spec) ?? outlineOf(spec);
  outlines.set(spec, known);
  return known;
}

/** `text` is what was parsed; `fingerprint` is asked once for each model that can run. */
export function digest(
  text: string,
  { models, problems, complete }: Parsed,
  fingerprint: (spec: ModelSpec) => string,
): FileDigest {
  const positionOf = positions(text);
  const layers = layersOf({ models });
  const places = new Int32Array(layers.length * PLACE);
  for (const [i, { at }] of layers.entries()) {
    const [start, end] = [positionOf(at.offset), positionOf(at.offset + at.length)];
    const owner = models.findIndex(({ body }) => isIn(at.offset, body));
    places.set([start.line, start.column, end.line, end.column, owner], i * PLACE);
  }
  const indexes = models.map(
    ({ spec }) => spec && new Map(outline(spec).rows.map((row) => [row.info.path, row])),
  );
  return {
    models: models.map(({ name, base, key, body, spec, parameters = 0 }) => ({
      name,
      ...(base !== undefined && { base }),
      key,
      body,
      start: positionOf(key.offset),
      end: positionOf(body.offset + body.length),
      ...(spec && {
        spec: {
          fingerprint: fingerprint(spec),
          rows: outline(spec).rows.length,
          parameters,
          files: filesOf(spec),
        },
      }),
    })),
    problems,
    complete,
    places,
    layers: layers.map((layer) => layerText(layer, indexes)).join("\n"),
  };
}

const isIn = (offset: number, range: Range): boolean =>
  range.offset <= offset && offset < range.offset + range.length;

interface Declared {
  readonly at: Declaration;
  /** Every model that it is part of, by index, with its rows there: its own, and those that extend it. */
  readonly uses: { readonly model: number; readonly paths: readonly string[] }[];
}

/** Every layer's object in the order of the text; those that stand for no row of a frame are left out. */
function layersOf({ models }: Pick<Parsed, "models">): readonly Declared[] {
  const byOffset = new Map<number, Declared>();
  for (const [model, { declarations }] of models.entries()) {
    for (const at of declarations) {
      if (at.paths.length === 0) continue;
      const one = byOffset.get(at.offset) ?? { at, uses: [] };
      one.uses.push({ model, paths: at.paths });
      byOffset.set(at.offset, one);
    }
  }
  return [...byOffset.values()].sort((a, b) => a.at.offset - b.at.offset);
}

type Index = ReadonlyMap<string, Outline["rows"][number]>;

/**
 * `2|8|24|1`, its shapes: what goes into the first row, what comes out of the last, parameters and number of rows; nothing where
 * no model has it that can run. Then, behind tabs, `0:block.0 block.1` for each model that has it: its index and the rows' paths.
 */
function layerText({ uses }: Declared, indexes: readonly (Index | undefined)[]): string {
  const use = uses.find(({ model }) => indexes[model]);
  const rows = use?.paths.flatMap((path) => indexes[use.model]?.get(path) ?? []) ?? [];
  const [first, last] = [rows[0], rows.at(-1)];
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  const shapes = first && last ? [first.input, last.output, parameters, rows.length].join("|") : "";
  return [shapes, ...uses.map(({ model, paths }) => `${model}:${paths.join(" ")}`)].join("\t");
}

/** Shapes of a layer's samples, first row's input to last row's output. */
export interface LayerShapes {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly parameters: number;
  readonly rows: number;
}

export interface LayerUse {
  readonly model: string;
  readonly paths: readonly string[];
}

/** What `layerText` has written; `names` are those of the models. */
export function readLayerText(
  text: string,
  names: readonly string[],
): { readonly shapes: LayerShapes | undefined; readonly uses: readonly LayerUse[] } {
  const [shapes, ...uses] = text.split("\t");
  return {
    shapes: shapes === "" ? undefined : readShapes(shapes.split("|")),
    uses: uses.map((use) => {
      const colon = use.indexOf(":");
      return { model: names[Number(use.slice(0, colon))], paths: use.slice(colon + 1).split(" ") };
    }),
  };
}

function readShapes([input, output, parameters, rows]: readonly string[]): LayerShapes {
  const numbers = (list: string): readonly number[] => (list === "" ? [] : list.split(",").map(Number));
  return {
    input: numbers(input),
    output: numbers(output),
    parameters: Number(parameters),
    rows: Number(rows),
  };
}

/** Turns offsets into positions. VS Code's texts have one kind of line ending, which has a line feed at its end. */
function positions(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return { line: low, column: offset - starts[low] };
  };
}
