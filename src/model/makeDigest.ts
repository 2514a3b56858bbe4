import type { ModelSpec } from "../engine/spec.ts";
import type { Declaration } from "./declarations.ts";
import { PLACE, type FileDigest, type Position } from "./digest.ts";
import { filesOf } from "./files.ts";
import type { Range } from "./json.ts";
import { outlineOf, type Outline } from "./outline.ts";
import type { Parsed } from "./parsed.ts";

/*
 * The side of the thread that reads. What the other side reads out of a digest stands in `digest.ts`, so that the editor's bundle
 * does not hold the engine's tables.
 */

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
