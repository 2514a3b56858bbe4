import { optional, type Param, type Params } from "../engine/params.ts";
import type { FindingType } from "../insight/findings/finding.ts";
import { findings } from "../insight/findings/index.ts";
import type { RuleSetting, RuleSettings } from "../protocol/rules.ts";
import { quoted } from "../protocol/visible.ts";
import type { Json } from "./json.ts";
import { found } from "./json.ts";
import type { Report } from "./report.ts";
import { readParams } from "./values.ts";

const isRecord = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

const isThreshold = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

/** `"off"`, or an object of a finding's thresholds. */
function ruleSetting({ id, thresholds = {} }: FindingType): Param<RuleSetting> {
  const names = Object.keys(thresholds);
  const listed = names.map((name) => JSON.stringify(name)).join(", ");
  const expected =
    names.length === 0 ? '"off"' : `"off", or an object with numbers of at least 0 as ${listed}`;
  const unfit = (json: Readonly<Record<string, unknown>>): string | undefined =>
    Object.keys(json).find((name) => !Object.hasOwn(thresholds, name) || !isThreshold(json[name]));
  const properties = Object.fromEntries(
    Object.entries(thresholds).map(([name, { is, of }]) => [
      name,
      {
        type: "number",
        minimum: 0,
        default: is,
        markdownDescription: `${of} Default: \`${is}\`.`,
      },
    ]),
  );
  return {
    doc: `The finding \`${id}\`: off, or with thresholds of this model's own.`,
    schema: { anyOf: [{ enum: ["off"] }, ...(names.length > 0 ? [{ type: "object", properties }] : [])] },
    read: (json) => {
      if (json === "off") return { value: json };
      if (!isRecord(json)) return { expected };
      const wrong = unfit(json);
      if (wrong === undefined) return { value: { ...json } as Readonly<Record<string, number>> };
      return { expected: `${expected} (${quoted(wrong)} is not one)` };
    },
    required: false,
  };
}

/** Fields of `rules`: every finding by its id. */
export const ruleFields: Params = Object.fromEntries(
  findings.map((type) => [type.id, optional(ruleSetting(type))]),
);

/** How findings are set for one model; `undefined` where anything is wrong, which has been reported. */
export function readRules(json: Json, report: Report): RuleSettings | undefined {
  if (json.kind === "broken") return undefined;
  if (json.kind !== "object") {
    const message = `rules: expected an object with ids of findings, such as { "dead-relu": "off" }, found ${found(json)}`;
    report({ code: "rules.wrong-value", at: json, message });
    return undefined;
  }
  const owner = { code: "rules", title: "rules", at: json, others: [] };
  // Each value is what `ruleSetting` reads.
  return readParams(ruleFields, json.members, owner, report) as RuleSettings | undefined;
}
