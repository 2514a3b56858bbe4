import assert from "node:assert/strict";
import type { LayerType } from "../../src/engine/layers/layer.ts";
import { layer } from "../../src/engine/layers/layer.ts";
import type { Params } from "../../src/engine/params.ts";
import { torchCall } from "../../src/engine/torch.ts";
import type { Parsed } from "../../src/model/parsed.ts";
import { parse } from "../../src/model/parse.ts";
import type { Tables } from "../../src/model/tables.ts";
import { standard } from "../../src/model/tables.ts";
import type { Problem } from "../../src/protocol/problem.ts";

/** A file whose one model `m` has these layers on an input of four numbers; other fields may be added or replaced. */
export const withLayers = (layers: string, fields: Readonly<Record<string, string>> = {}): string => {
  const all: Readonly<Record<string, string>> = {
    input: "[4]",
    layers: `[${layers}]`,
    loss: '"MSELoss"',
    data: '"gaussian"',
    ...fields,
  };
  const members = Object.entries(all).filter(([, value]) => value !== "");
  return `{ "models": { "m": { ${members.map(([name, value]) => `"${name}": ${value}`).join(", ")} } } }`;
};

export const linear = '{ "type": "Linear", "out_features": 4 }';

/** The file with these fields beside one good layer. */
export const withFields = (fields: Readonly<Record<string, string>>): string => withLayers(linear, fields);

interface Marked {
  readonly text: string;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
}

/** A text and the ranges that stand in it between « and ». */
export function unmark(marked: string): Marked {
  const parts = marked.split(/[«»]/);
  const text = parts.join("");
  const starts = parts.map((_, i) => parts.slice(0, i).join("").length);
  const ranges = parts.flatMap((part, i) =>
    i % 2 === 1 ? [{ offset: starts[i], length: part.length }] : [],
  );
  return { text, ranges };
}

/** The text has exactly these problems, at the ranges that are marked in it, in the order of the text. */
export function assertProblems(
  marked: string,
  messages: readonly string[],
  tables?: Tables,
): readonly Problem[] {
  const { text, ranges } = unmark(marked);
  const { problems } = parse(text, tables);
  assert.deepEqual(
    problems.map(({ message }) => message),
    messages,
  );
  assert.deepEqual(
    problems.map(({ offset, length }) => text.slice(offset, offset + length)),
    ranges.map(({ offset, length }) => text.slice(offset, offset + length)),
  );
  assert.deepEqual(
    problems.map(({ offset, length }) => ({ offset, length })),
    ranges,
  );
  return problems;
}

export function assertGood(text: string, tables?: Tables): Parsed {
  const parsed = parse(text, tables);
  assert.deepEqual(parsed.problems, []);
  return parsed;
}

/** The text with the fix of its one problem made. */
export function fixed(text: string, tables?: Tables): string | undefined {
  const [{ offset, length, fix }] = parse(text, tables).problems;
  return fix && text.slice(0, offset) + fix.text + text.slice(offset + length);
}

const madeUp = <const P extends Params>(
  type: Pick<LayerType<P>, "params" | "shape"> & Partial<LayerType<P>>,
): LayerType =>
  layer<P>({
    doc: "Made up for a test.",
    group: "weights",
    forward: (_graph, _params, _weights, x) => x,
    torch: () => torchCall("nn.Identity"),
    ...type,
  });

/** The standard tables with layer types that are only for tests. */
export const extended: Tables = {
  ...standard,
  layers: {
    ...standard.layers,
    Tokens: madeUp({ params: {}, shape: (_, input) => [...input, 3], ids: () => 7 }),
    Twice: madeUp({ params: {}, shape: (_, input) => input.map((size) => 2 * size) }),
  },
};
