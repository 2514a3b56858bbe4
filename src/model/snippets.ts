import type { LayerType } from "../engine/layers/layer.ts";
import type { JsonSchema } from "../engine/params.ts";
import { t, translated } from "../l10n/translate.ts";
import { composites } from "./composites.ts";
import type { Table } from "./tables.ts";

/** What completion writes in one go. `$1`, `$2` and so on are where the cursor goes, one after the other. */
interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: JsonSchema;
}

const model = {
  input: [2],
  layers: [
    { type: "Linear", out_features: 16 },
    { type: "Tanh" },
    { type: "Linear", name: "head", out_features: 1 },
  ],
  loss: "BCEWithLogitsLoss",
  optimizer: { type: "SGD", lr: 0.1 },
  data: { type: "spiral" },
  train: { steps: 500 },
};

export const modelSnippets: readonly Snippet[] = [
  { label: t`model`, description: t`A small network that learns the spiral`, body: model },
  {
    label: "extends",
    description: t`Another model with a change`,
    body: { extends: "$1", init: "kaiming_normal" },
  },
];

export const fileSnippets: readonly Snippet[] = [
  {
    label: t`model file`,
    description: t`A file with one model`,
    body: { version: 1, models: { "${1:model}": model } },
  },
];

/** One for every layer type, with the parameters that it cannot do without; then those that are made of layers. */
export function layerSnippets(layers: Table<LayerType>): readonly Snippet[] {
  return [
    ...Object.entries(layers).map(([type, { doc, params }]) => {
      const needed = Object.keys(params).filter((name) => params[name].required);
      return { label: type, description: translated(doc), body: { type, ...stops(needed) } };
    }),
    {
      label: "repeat",
      description: t`A block of layers, several times`,
      body: { repeat: "^${1:2}", name: "${2:block}", layers: ["$3"] },
    },
    {
      label: "Sequential",
      description: translated(composites.Sequential.doc),
      body: { type: "Sequential", layers: ["$1"] },
    },
    {
      label: "Residual",
      description: translated(composites.Residual.doc),
      body: { type: "Residual", layers: ["$1"] },
    },
  ];
}

/** `^` writes the value without quotes: what is typed there decides. */
const stops = (names: readonly string[]): JsonSchema =>
  Object.fromEntries(names.map((name, i) => [name, `^$${i + 1}`]));
