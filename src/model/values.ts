import type { Param, Params } from "../engine/params.ts";
import type { Json, Member, Place } from "./json.ts";
import { found, plain, quote } from "./json.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";

/** Whose parameters are read, for the messages. */
export interface Owner {
  /** First part of the problems' codes: `layer`, `optimizer`. */
  readonly code: string;
  /** `Linear`, `SGD`. */
  readonly title: string;
  /** Where a missing parameter is reported. */
  readonly at: Place;
  /** Fields of the same object that someone else reads. */
  readonly others: readonly string[];
}

/** Arguments of PyTorch's modules that are never written here. */
const INFERRED = new Set(
  "in_features in_channels input_size num_features num_channels normalized_shape embed_dim d_model batch_first".split(" "),
);

export type Arguments = Readonly<Record<string, unknown>>;

/** Every parameter's value, defaults filled in; `undefined` where one is missing or wrong, which has been reported. */
export function readParams(
  params: Params,
  members: ReadonlyMap<string, Member>,
  owner: Owner,
  report: Report,
): Arguments | undefined {
  for (const [name, { name: at }] of members) {
    if (!Object.hasOwn(params, name) && !owner.others.includes(name)) reportUnknown(name, at, params, owner, report);
  }
  const values: Record<string, unknown> = {};
  let complete = true;
  for (const [name, param] of Object.entries(params)) {
    const json = members.get(name)?.value;
    if (json) {
      const read = readValue(param, name, json, owner.code, report);
      if (read) values[name] = read.value;
      else complete = false;
    } else if (param.required) {
      reportMissing(name, param, owner, report);
      complete = false;
    } else if (param.fallback !== undefined) {
      values[name] = param.fallback as unknown;
    }
  }
  return complete ? values : undefined;
}

/** The value as the engine uses it; `undefined` where it is wrong, which has been reported. */
export function readValue<T>(
  param: Param<T>,
  name: string,
  json: Json,
  code: string,
  report: Report,
): { readonly value: T } | undefined {
  const value = plain(json);
  if (value === undefined) return undefined;
  const read = param.read(value);
  if ("value" in read) return read;
  const guess = correction(param, value);
  const question = guess === undefined ? "" : `: did you mean ${guess}?`;
  report({
    code: `${code}.wrong-value`,
    at: json,
    message: `${name}: expected ${read.expected}, found ${found(json)}${question}`,
    ...(guess !== undefined && { fix: guess }),
  });
  return undefined;
}

/** As JSON: the option that was meant, the value without its quotes, or the value within a list. */
function correction<T>(param: Param<T>, value: unknown): string | undefined {
  if (typeof value === "string") {
    const options = Array.isArray(param.schema.enum) ? param.schema.enum.filter((o) => typeof o === "string") : [];
    const option = closest(value, options);
    if (option !== undefined) return JSON.stringify(option);
    const bare = value.trim();
    const literal = bare === "True" || bare === "true" ? true : bare === "False" || bare === "false" ? false : Number(bare);
    return bare !== "" && "value" in param.read(literal) ? JSON.stringify(literal) : undefined;
  }
  return "value" in param.read([value]) ? JSON.stringify([value]) : undefined;
}

function reportUnknown(name: string, at: Place, params: Params, { code, title, others }: Owner, report: Report): void {
  if (INFERRED.has(name)) {
    const message = `${name} is inferred from the input: leave it out`;
    return report({ code: `${code}.inferred-parameter`, at, message });
  }
  const names = Object.keys(params);
  const guess = closest(name, [...names, ...others]);
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  report({
    code: `${code}.unknown-parameter`,
    at,
    message: `unknown parameter ${quote(name)} of ${title}${ask(guess) || `: ${known}`}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
}

function reportMissing<T>(name: string, param: Param<T>, { code, title, at }: Owner, report: Report): void {
  const read = param.read(undefined);
  const expected = "expected" in read ? ` (${read.expected})` : "";
  report({ code: `${code}.missing`, at, message: `${title} needs ${name}${expected}` });
}
