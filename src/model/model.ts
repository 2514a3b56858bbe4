import type { ModelSpec } from "../engine/spec.ts";
import { readChoice } from "./choice.ts";
import type { WrittenInit } from "./entry.ts";
import { plainFields } from "./fields.ts";
import { checkFit } from "./fit.ts";
import type { Json, JsonObject, Place } from "./json.ts";
import { memberOf } from "./json.ts";
import type { Lists } from "./lists.ts";
import type { Menus } from "./menus.ts";
import type { Report } from "./report.ts";
import { readClip, readData, readTrain } from "./settings.ts";
import type { Stack } from "./stack.ts";
import { buildStack } from "./stack.ts";
import type { Tables } from "./tables.ts";
import { readValue } from "./values.ts";

/** One model, after `extends`. */
export interface ModelText {
  readonly name: string;
  /** Its name in the file: where it is talked about as a whole. */
  readonly at: Place;
  readonly json: JsonObject;
}

export interface Surroundings {
  readonly tables: Tables;
  readonly menus: Menus;
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

/** Optimizer of a model that names none. */
const DEFAULT_OPTIMIZER = "SGD";

/** Reads every field, whatever is wrong with the others; all mistakes are reported. */
export function readModel({ name, at, json }: ModelText, around: Surroundings): ReadModel {
  const { tables, menus, lists, afford } = around;
  let failed = false;
  const report: Report = (finding) => {
    failed ||= finding.severity !== "warning";
    around.report(finding);
  };
  /** What `read` makes of a field, where there is one. */
  const field = <T>(key: string, read: (value: Json) => T | undefined): T | undefined => {
    const value = memberOf(json, key);
    const result = value && read(value);
    if (value && result === undefined) failed = true;
    return result;
  };
  const required = (key: string, what: string): void => {
    if (!json.members.has(key)) report({ code: "model.missing", at, message: `a model needs ${key} (${what})` });
  };
  const choice = (key: keyof Menus) => field(key, (value) => readChoice(menus[key], value, report));
  const init = (key: "init" | "bias_init"): WrittenInit | undefined => {
    const made = choice(key);
    const written = memberOf(json, key);
    return made && written && { choice: made, at: written };
  };
  const value = <K extends keyof typeof plainFields>(key: K) =>
    field(key, (written) => readValue<unknown>(plainFields[key], key, written, "model", report));

  required("input", "the shape of one sample, such as [2]");
  required("layers", "a list of layers");
  required("loss", 'such as "MSELoss"');
  required("data", 'such as { "type": "spiral" }');

  const input = value("input")?.value as readonly number[] | undefined;
  const train = readTrain(memberOf(json, "train"), report);
  const inits = { init: init("init"), bias_init: init("bias_init") };
  const stack = field("layers", (list) =>
    buildStack(list, { input, inits, batch: train?.batch_size ?? 1, tables, lists, report, afford }),
  );
  const loss = choice("loss");
  const optimizer = json.members.has("optimizer") ? choice("optimizer") : defaultOptimizer(menus, at, report);
  const lr_scheduler = choice("lr_scheduler");
  const clip_grad_norm = field("clip_grad_norm", (written) => readClip(written, report));
  const clip_grad_value = value("clip_grad_value")?.value as number | undefined;
  const weights = value("weights")?.value as string | undefined;
  const data = field("data", (written) => readData(menus.data, written, report));

  checkFit({ json, input, stack, loss, optimizer, lr_scheduler, data, train }, tables, report);
  const output = stack?.output;
  if (failed || !input || !stack?.whole || !output || !loss || !optimizer || !data || !train) {
    return { spec: undefined, stack };
  }
  const spec: ModelSpec = {
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
  };
  return { spec, stack };
}

const defaultOptimizer = ({ optimizer }: Menus, at: Place, report: Report) =>
  readChoice(optimizer, { ...at, kind: "string", value: DEFAULT_OPTIMIZER }, report);
