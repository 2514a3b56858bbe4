import type { ModelSpec } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { FieldReader } from "./fieldReader.ts";
import { checkFit } from "./fit.ts";
import type { JsonObject, Place } from "./json.ts";
import { memberOf } from "./json.ts";
import type { Lists } from "./lists.ts";
import type { Registries } from "./registries.ts";
import { DEFAULT_OPTIMIZER } from "./registries.ts";
import type { Report } from "./report.ts";
import { readClip, readData, readTrain } from "./settings.ts";
import { readRules } from "./rules.ts";
import type { Stack } from "./stack.ts";
import { buildStack } from "./stack.ts";
import type { Tables } from "./tables.ts";

/** One model, after `extends`. */
export interface ModelText {
  readonly name: string;
  /** Its name in the file: where it is talked about as a whole. */
  readonly at: Place;
  readonly json: JsonObject;
}

export interface Surroundings {
  readonly tables: Tables;
  readonly registries: Registries;
  readonly lists: Lists;
  readonly report: Report;
  /** Takes the number of rows of the model; false, and reported, where the file has too many already. */
  readonly afford: (rows: number) => boolean;
}

export interface ReadModel {
  /** Absent where anything is wrong. */
  readonly spec: ModelSpec | undefined;
  readonly stack: Stack | undefined;
}

const REQUIRED = {
  input: t`the shape of one sample, such as [2]`,
  layers: t`a list of layers`,
  loss: t`such as "MSELoss"`,
  data: t`such as { "type": "spiral" }`,
};

/** Reads every field, and reports all mistakes. */
export function readModel({ name, at, json }: ModelText, around: Surroundings): ReadModel {
  const fields = new FieldReader(json, around.registries, around.report);
  fields.require(REQUIRED, at);
  const parts = readParts(json, fields, around);
  checkFit({ json, ...parts }, around.tables, fields.report);
  const { stack } = parts;
  return { stack, spec: fields.failed || !stack?.valid ? undefined : specOf(name, parts) };
}

type Parts = ReturnType<typeof readParts>;

function readParts(
  json: JsonObject,
  fields: FieldReader,
  { tables, registries, lists, afford }: Surroundings,
) {
  const { report } = fields;
  const input = fields.plain<Shape>("input");
  const train = readTrain(memberOf(json, "train"), report);
  const inits = { init: fields.init("init"), bias_init: fields.init("bias_init") };
  const frame = { input, inits, batch: train?.batch_size ?? 1, tables, lists, report, afford };
  return {
    input,
    train,
    stack: fields.get("layers", (list) => buildStack(list, frame)),
    loss: fields.choice("loss"),
    optimizer: fields.choice("optimizer", DEFAULT_OPTIMIZER),
    lr_scheduler: fields.choice("lr_scheduler"),
    clip_grad_norm: fields.get("clip_grad_norm", (written) => readClip(written, report)),
    clip_grad_value: fields.plain<number>("clip_grad_value"),
    data: fields.get("data", (written) => readData(registries.data, written, report)),
    weights: fields.plain<string>("weights"),
    rules: fields.get("rules", (written) => readRules(written, report)),
  };
}

/** `undefined` where a part is missing that every model has. */
function specOf(name: string, parts: Parts): ModelSpec | undefined {
  const { input, stack, loss, optimizer, data, train } = parts;
  const output = stack?.output;
  if (!input || !output || !loss || !optimizer || !data || !train) return undefined;
  const { lr_scheduler, clip_grad_norm, clip_grad_value, weights, rules } = parts;
  return {
    name,
    input,
    output,
    layers: stack.modules,
    loss,
    optimizer,
    ...(lr_scheduler && { lr_scheduler }),
    ...(clip_grad_norm && { clip_grad_norm }),
    ...(clip_grad_value !== undefined && { clip_grad_value }),
    data,
    train,
    ...(weights !== undefined && { weights }),
    ...(rules && { rules }),
  };
}
