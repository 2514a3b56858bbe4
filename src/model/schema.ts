import type { Declared, JsonSchema, Param, Params } from "../engine/params.ts";
import type { Menu } from "./choice.ts";
import { composites, SHORTCUTS } from "./composites.ts";
import { clipFields, clipNorm, dataFields, modelFields, plainFields, trainFields } from "./fields.ts";
import type { ModelField } from "./fields.ts";
import { fileFields, VERSION } from "./file.ts";
import { repeatParam } from "./entryFields.ts";
import type { Menus } from "./menus.ts";
import { menusOf } from "./menus.ts";
import { fileSnippets, layerSnippets, modelSnippets } from "./snippets.ts";
import type { Tables } from "./tables.ts";
import { standard } from "./tables.ts";

/*
 * What the editor's JSON service needs for completion and hover. It reports nothing: every value of the schema may
 * also be anything (`lenient`), nothing is required and no property is forbidden. The parser reports all of that, in
 * better words, with shapes, `extends` and "did you mean"; two squiggles for one mistake, one of which speaks of
 * thirty alternatives that did not match, help nobody.
 */
const lenient = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, {}] });

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` });

/** The JSON Schema (draft 7) of a model file. */
export function modelSchema(tables: Tables = standard): JsonSchema {
  const menus = menusOf(tables);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "GradLens model file",
    allowComments: true,
    allowTrailingCommas: true,
    defaultSnippets: fileSnippets,
    properties: {
      $schema: { markdownDescription: fileFields.$schema, doNotSuggest: true },
      version: { markdownDescription: fileFields.version, default: VERSION, ...lenient({ const: VERSION }) },
      models: {
        markdownDescription: fileFields.models,
        defaultSnippets: [{ label: "{}", description: "Models by name", body: {} }],
        additionalProperties: ref("model"),
      },
    },
    definitions: {
      model: { defaultSnippets: modelSnippets, properties: modelProperties() },
      layers: { items: ref("layer"), defaultSnippets: [{ label: "[]", description: "Layers", body: ["$1"] }] },
      layer: layerSchema(tables),
      train: { properties: propertiesOf(trainFields) },
      ...Object.fromEntries(Object.entries(menus).map(([field, menu]) => [field, choiceSchema(menu as Menu)])),
    },
  };
}

function modelProperties(): JsonSchema {
  const schemas: Readonly<Record<ModelField, JsonSchema>> = {
    extends: lenient({ type: "string" }),
    input: lenient(plainFields.input.schema),
    init: ref("init"),
    bias_init: ref("bias_init"),
    layers: ref("layers"),
    loss: ref("loss"),
    optimizer: ref("optimizer"),
    lr_scheduler: ref("lr_scheduler"),
    clip_grad_norm: { anyOf: [clipNorm.schema, { type: "object", properties: propertiesOf(clipFields) }, {}] },
    clip_grad_value: lenient(plainFields.clip_grad_value.schema),
    data: ref("data"),
    train: ref("train"),
    weights: lenient(plainFields.weights.schema),
  };
  const described = Object.entries(schemas).map(([field, schema]): [string, JsonSchema] => [
    field,
    // What stands beside a $ref is not read, so a reference is wrapped.
    { markdownDescription: modelFields[field as ModelField], ...("$ref" in schema ? { allOf: [schema] } : schema) },
  ]);
  return Object.fromEntries(described);
}

/** A layer: its type decides what else it may have. */
function layerSchema({ layers }: Tables): JsonSchema {
  const list = { markdownDescription: "The layers within, first to last.", allOf: [ref("layers")] };
  const shortcut = {
    markdownDescription: "What is added to what the layers give: the input (`identity`, the default), a `projection` of it, or a list of layers.",
    default: SHORTCUTS[0],
    anyOf: [{ enum: SHORTCUTS }, ref("layers")],
  };
  return {
    defaultSnippets: layerSnippets(layers),
    properties: {
      type: typeSchema({ ...layers, ...composites }, "Layer type: the name of a module of `torch.nn`."),
      name: { markdownDescription: "Name within its siblings. Default: its index.", ...lenient({ type: "string" }) },
      repeat: property(repeatParam),
      init: { markdownDescription: modelFields.init, allOf: [ref("init")] },
      bias_init: { markdownDescription: modelFields.bias_init, allOf: [ref("bias_init")] },
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
function choiceSchema({ field, noun, rows, aliases = {} }: Menu): JsonSchema {
  const named = Object.entries(aliases).map(([alias, name]): [string, Declared] => [alias, rows[name]]);
  const all: Readonly<Record<string, Declared>> = { ...rows, ...Object.fromEntries(named) };
  const type = typeSchema(all, `Which ${noun}.`);
  const others = field === ("data" satisfies keyof Menus) ? propertiesOf(dataFields) : {};
  const object = {
    type: "object",
    properties: { type, ...others },
    allOf: Object.entries(all).map(([name, { params }]) => whenType(name, propertiesOf(params))),
  };
  return { anyOf: [enumOf(all), object, {}] };
}

const whenType = (type: string, properties: JsonSchema): JsonSchema => ({
  if: { properties: { type: { const: type } }, required: ["type"] },
  then: { properties },
});

type Documented = Readonly<Record<string, { readonly doc: string; readonly params?: Params }>>;

const typeSchema = (rows: Documented, doc: string): JsonSchema => ({
  markdownDescription: doc,
  ...lenient(enumOf(rows)),
});

const enumOf = (rows: Documented): JsonSchema => ({
  enum: Object.keys(rows),
  markdownEnumDescriptions: Object.values(rows).map(describeRow),
});

function describeRow({ doc, params = {} }: Documented[string]): string {
  const list = Object.entries(params).map(([name, param]) => `* \`${name}\`${valueOf(param)}: ${param.doc}`);
  return [doc, ...(list.length > 0 ? ["", ...list] : [])].join("\n");
}

const valueOf = <T>({ fallback, required }: Param<T>): string =>
  required ? " (required)" : fallback === undefined ? "" : ` = ${JSON.stringify(fallback)}`;

const propertiesOf = (params: Params): JsonSchema =>
  Object.fromEntries(Object.entries(params).map(([name, param]) => [name, property(param)]));

function property<T>(param: Param<T>): JsonSchema {
  const { doc, schema, fallback, required } = param;
  const read = param.read(undefined);
  const expected = "expected" in read ? `${read.expected[0].toUpperCase()}${read.expected.slice(1)}. ` : "";
  const without = required ? "Required." : fallback === undefined ? "" : `Default: \`${JSON.stringify(fallback)}\`.`;
  return {
    markdownDescription: `${doc}\n\n${expected}${without}`.trim(),
    ...(fallback !== undefined && { default: fallback }),
    ...lenient(schema),
  };
}
