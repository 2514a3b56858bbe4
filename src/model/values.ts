import type { JsonSchema, Param, Params } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import type { Json, Member, Place } from "./json.ts";
import { found, plain, quote } from "./json.ts";
import { ask, closest } from "./names.ts";
import type { Finding, Report } from "./report.ts";

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
  "in_features in_channels input_size num_features num_channels normalized_shape embed_dim d_model batch_first".split(
    " ",
  ),
);

export type Arguments = Readonly<Record<string, unknown>>;

/** Every parameter's value, defaults filled in; `undefined` where one is missing or wrong, which has been reported. */
export function readParams(
  params: Params,
  members: ReadonlyMap<string, Member>,
  owner: Owner,
  report: Report,
): Arguments | undefined {
  const meant = reportUnknowns(params, members, owner, report);
  const values: Record<string, unknown> = {};
  let complete = true;
  for (const [name, param] of Object.entries(params)) {
    const json = members.get(name)?.value;
    if (json) {
      const read = readValue(param, name, json, owner.code, report);
      if (read) values[name] = read.value;
      else complete = false;
    } else if (param.required) {
      if (!meant.has(name)) reportMissing(name, param, owner, report);
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
  const question = guess === undefined ? "" : t`: did you mean ${guess}?`;
  report({
    code: `${code}.wrong-value`,
    at: json,
    message: t`${name}: expected ${read.expected}, found ${found(json)}${question}`,
    ...(guess !== undefined && { fix: guess }),
  });
  return undefined;
}

/** As JSON: the option that was meant, the value without its quotes, or the value within a list. */
function correction<T>(param: Param<T>, value: unknown): string | undefined {
  if (typeof value === "string") {
    const option = closest(value, optionsOf(param.schema));
    if (option !== undefined) return JSON.stringify(option);
    const bare = value.trim();
    const literal =
      bare === "True" || bare === "true" ? true : bare === "False" || bare === "false" ? false : Number(bare);
    return bare !== "" && "value" in param.read(literal) ? JSON.stringify(literal) : undefined;
  }
  return "value" in param.read([value]) ? JSON.stringify([value]) : undefined;
}

const optionsOf = ({ enum: options, anyOf }: JsonSchema): readonly string[] => [
  ...(Array.isArray(options) ? options.filter((option) => typeof option === "string") : []),
  ...(Array.isArray(anyOf) ? (anyOf as JsonSchema[]).flatMap(optionsOf) : []),
];

/** Reports fields that nobody reads; the names that they were probably meant to be. */
function reportUnknowns(
  params: Params,
  members: ReadonlyMap<string, Member>,
  owner: Owner,
  report: Report,
): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const [name, { name: at }] of members) {
    if (Object.hasOwn(params, name) || owner.others.includes(name)) continue;
    const guess = INFERRED.has(name) ? undefined : closest(name, [...Object.keys(params), ...owner.others]);
    if (guess !== undefined) meant.add(guess);
    report(unknownParameter(name, at, guess, params, owner));
  }
  return meant;
}

function unknownParameter(
  name: string,
  at: Place,
  guess: string | undefined,
  params: Params,
  { code, title }: Owner,
): Finding {
  if (INFERRED.has(name)) {
    const message = t`${name} is inferred from the input: leave it out`;
    return { code: `${code}.inferred-parameter`, at, message };
  }
  const names = Object.keys(params);
  const known = names.length === 0 ? t`it has none` : t`it has ${names.join(", ")}`;
  const message = t`unknown parameter ${quote(name)} of ${title}${ask(guess) || `: ${known}`}`;
  return {
    code: `${code}.unknown-parameter`,
    at,
    message,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  };
}

function reportMissing<T>(name: string, param: Param<T>, { code, title, at }: Owner, report: Report): void {
  const read = param.read(undefined);
  const expected = "expected" in read ? ` (${read.expected})` : "";
  report({ code: `${code}.missing`, at, message: t`${title} needs ${name}${expected}` });
}
