import type { Declared, JsonSchema } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import type { Registry } from "./selection.ts";
import { composites, SHORTCUTS } from "./composites.ts";
import { clipFields, clipNorm, dataFields, modelFields, plainFields, trainFields } from "./fields.ts";
import type { ModelField } from "./fields.ts";
import { fileFields, VERSION } from "./file.ts";
import { repeatParam } from "./entryFields.ts";
import type { Registries } from "./registries.ts";
import { DEFAULT_INIT, DEFAULT_OPTIMIZER, registriesOf } from "./registries.ts";
import { ruleFields } from "./rules.ts";
import {
  blank,
  described,
  enumOf,
  lenient,
  propertiesOf,
  property,
  typeSchema,
  whenType,
} from "./schemaParts.ts";
import { fileSnippets, layerSnippets, modelSnippets } from "./snippets.ts";
import type { Tables } from "./tables.ts";
import { standard } from "./tables.ts";

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` });

/** The JSON Schema (draft 7) of a model file, in the language in use. */
export function modelSchema(tables: Tables = standard): JsonSchema {
  const registries = registriesOf(tables);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: t`GradLens model file`,
    allowComments: true,
    allowTrailingCommas: true,
    defaultSnippets: fileSnippets,
    properties: {
      $schema: { ...described(fileFields.$schema), doNotSuggest: true },
      version: { ...described(fileFields.version), default: VERSION, ...lenient({ const: VERSION }) },
      models: {
        ...described(fileFields.models),
        defaultSnippets: [{ label: "{}", description: t`Models by name`, body: {} }],
        additionalProperties: ref("model"),
      },
    },
    definitions: {
      model: { defaultSnippets: modelSnippets, properties: modelProperties() },
      layer: layerSchema(tables),
      ...Object.fromEntries(
        Object.entries(registries).map(([field, registry]) => [field, selectionSchema(registry as Registry)]),
      ),
    },
  };
}

function modelProperties(): JsonSchema {
  const name = blank("name", "$1");
  const schemas: Readonly<Record<ModelField, JsonSchema>> = {
    extends: { ...lenient({ type: "string" }), ...name },
    input: property(plainFields.input),
    init: { allOf: [ref("init")], default: DEFAULT_INIT },
    bias_init: { allOf: [ref("bias_init")], default: DEFAULT_INIT },
    layers: layerList,
    loss: { allOf: [ref("loss")], ...name },
    optimizer: { allOf: [ref("optimizer")], default: DEFAULT_OPTIMIZER },
    lr_scheduler: { allOf: [ref("lr_scheduler")], ...name },
    clip_grad_norm: {
      anyOf: [clipNorm.schema, { type: "object", properties: propertiesOf(clipFields) }, {}],
      ...blank("max_norm", { max_norm: "^${1:1}" }),
    },
    clip_grad_value: property(plainFields.clip_grad_value),
    data: { allOf: [ref("data")], ...name },
    train: { properties: propertiesOf(trainFields) },
    weights: property(plainFields.weights),
    rules: { properties: propertiesOf(ruleFields, (doc) => doc) }, // which is in the language in use: settings have it, too
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([field, schema]) => [
      field,
      { ...schema, ...described(modelFields[field as ModelField]) },
    ]),
  );
}

const layerList: JsonSchema = { items: ref("layer") };

/** A layer: its type decides what else it may have. */
function layerSchema({ layers }: Tables): JsonSchema {
  const list = { ...layerList, markdownDescription: t`The layers within, first to last.` };
  const shortcut = {
    markdownDescription: t`What is added to what the layers give: the input (\`identity\`, the default), a \`projection\` of it, or a list of layers.`,
    default: SHORTCUTS[0],
    anyOf: [{ enum: SHORTCUTS }, layerList],
  };
  return {
    defaultSnippets: layerSnippets(layers),
    properties: {
      type: typeSchema({ ...layers, ...composites }, t`Layer type: the name of a module of \`torch.nn\`.`),
      name: {
        markdownDescription: t`Name within its siblings. Default: its index.`,
        ...lenient({ type: "string" }),
        ...blank("name", "$1"),
      },
      repeat: property(repeatParam),
      init: { ...described(modelFields.init), default: DEFAULT_INIT, allOf: [ref("init")] },
      bias_init: {
        ...described(modelFields.bias_init),
        default: DEFAULT_INIT,
        allOf: [ref("bias_init")],
      },
      layers: list,
    },
    allOf: [
      ...Object.entries(layers).map(([type, { params }]) => whenType(type, propertiesOf(params))),
      whenType("Sequential", { layers: list }),
      whenType("Residual", { layers: list, shortcut }),
    ],
  };
}

/** A name of a row, or an object with its type and parameters. */
function selectionSchema({ field, noun, entries, aliases = {} }: Registry): JsonSchema {
  const named = Object.entries(aliases).map(([alias, name]): [string, Declared] => [alias, entries[name]]);
  const all: Readonly<Record<string, Declared>> = { ...entries, ...Object.fromEntries(named) };
  const type = typeSchema(all, t`Which ${noun}.`);
  const others = field === ("data" satisfies keyof Registries) ? propertiesOf(dataFields) : {};
  const object = {
    type: "object",
    properties: { type, ...others },
    allOf: Object.entries(all).map(([name, { params }]) => whenType(name, propertiesOf(params))),
  };
  return { anyOf: [enumOf(all), object, {}] };
}
