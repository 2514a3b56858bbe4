import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";
import type { DeclaredChoice, DeclaredModel, DeclaredRow } from "../protocol/declaredModel.ts";

/** A field of the declarations of several models, in which they are not all the same. */
export interface Difference {
  /** `optimizer.lr`; of layers, the field and which layers: `type of block.0.1 … block.19.1 (20 layers)`. */
  readonly field: string;
  /** What each model has there; empty where it has no such field, or no such layer. */
  readonly values: readonly string[];
}

/** Where the declarations differ, of models as they were run: with all that they extend and all defaults. Layers are matched by their paths. */
export function differences(models: readonly DeclaredModel[]): readonly Difference[] {
  const fields = models.map(fieldsOf);
  return [...differing(fields).map(([field, values]) => ({ field, values })), ...ofLayers(models)];
}

type Fields = ReadonlyMap<string, string>;

/** The names of fields in which these are not all the same, with what each has. */
function differing(all: readonly Fields[]): readonly (readonly [name: string, values: readonly string[]])[] {
  const names = new Set(all.flatMap((fields) => [...fields.keys()]));
  return [...names].flatMap((name) => {
    const values = all.map((fields) => fields.get(name) ?? "");
    return new Set(values).size > 1 ? [[name, values] as const] : [];
  });
}

function fieldsOf(model: DeclaredModel): Fields {
  const { loss, optimizer, lr_scheduler, clip_grad_norm, clip_grad_value, data, steps, batch_size } = model;
  return new Map([
    ...choice("loss", loss),
    ...choice("optimizer", optimizer),
    ...(lr_scheduler ? choice("lr_scheduler", lr_scheduler) : []),
    ...Object.entries({ clip_grad_norm, clip_grad_value }).flatMap(([name, value]) =>
      value === undefined ? [] : [[`train.${name}`, written(value)] as const],
    ),
    ["data.type", data.type],
    ["data.normalize", written(data.normalize)],
    ["train.steps", written(steps)],
    ["train.batch_size", written(batch_size)],
    ["layers", `${model.rows.length}`],
  ]);
}

const choice = (name: string, { type, params }: DeclaredChoice): readonly (readonly [string, string])[] => [
  [name, type],
  ...Object.entries(params).map(([param, value]) => [`${name}.${param}`, written(value)] as const),
];

/** `xavier_uniform, gain 1` */
const inOne = ({ type, params }: DeclaredChoice): string =>
  [type, ...Object.entries(params).map(([name, value]) => `${name} ${written(value)}`)].join(", ");

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Layers with the same differences are told together. */
function ofLayers(models: readonly DeclaredModel[]): readonly Difference[] {
  const rows = models.map(({ rows }) => new Map(rows.map((row) => [row.path, row])));
  const paths = new Set(models.flatMap((model) => model.rows.map(({ path }) => path)));
  const groups = new Map<
    string,
    { readonly field: string; readonly values: readonly string[]; readonly paths: string[] }
  >();
  for (const path of paths) {
    const all = rows.map((of) => layerFields(of.get(path)));
    for (const [field, values] of differing(all)) {
      const key = JSON.stringify([field, values]);
      const group = groups.get(key) ?? { field, values, paths: [] };
      group.paths.push(path);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ field, values, paths: which }) => ({
    field: t`${field} of ${named(which)}`,
    values,
  }));
}

/** Of a layer that is not there nothing is told but that. */
function layerFields(row: DeclaredRow | undefined): Fields {
  if (!row) return new Map([["type", ""]]);
  const { type, params, init, bias_init } = row;
  return new Map([
    ["type", type],
    ...Object.entries(params).map(([name, value]) => [name, written(value)] as const),
    ...(init ? [["init", inOne(init)] as const] : []),
    ...(bias_init ? [["bias_init", inOne(bias_init)] as const] : []),
  ]);
}

const named = (paths: readonly string[]): string => {
  const [first = "", last = ""] = [paths[0], paths.at(-1)];
  if (paths.length === 1) return layerName(first);
  const joint = paths.length === 2 ? t` and ` : " … ";
  return `${layerName(first)}${joint}${layerName(last)}${paths.length > 2 ? t` (${paths.length} layers)` : ""}`;
};
