import { optional, type JsonSchema, type Param, type Params } from "../engine/params.ts";
import type { FindingType } from "../insight/findings/finding.ts";
import { FINDING_IDS, findings } from "../insight/findings/index.ts";
import { t } from "../l10n/translate.ts";
import type { RuleSetting, RuleSettings } from "../protocol/rules.ts";
import { quoted, shorten } from "../protocol/visible.ts";
import type { Json } from "./json.ts";
import { found } from "./json.ts";
import { ask, closest } from "./names.ts";
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
    names.length === 0 ? '"off"' : t`"off", or an object with numbers of at least 0 as ${listed}`;
  const unfit = (json: Readonly<Record<string, unknown>>): string | undefined =>
    Object.keys(json).find((name) => !Object.hasOwn(thresholds, name) || !isThreshold(json[name]));
  const properties = Object.fromEntries(
    Object.entries(thresholds).map(([name, { is, of }]) => [
      name,
      {
        type: "number",
        minimum: 0,
        default: is,
        markdownDescription: t`${of} Default: \`${is}\`.`,
      },
    ]),
  );
  return {
    doc: t`The finding \`${id}\`: off, or with other thresholds than the default ones.`,
    schema: {
      anyOf: [
        { enum: ["off"] },
        ...(names.length > 0 ? [{ type: "object", properties, additionalProperties: false }] : []),
      ],
    },
    read: (json) => {
      if (json === "off") return { value: json };
      if (!isRecord(json)) return { expected };
      const wrong = unfit(json);
      if (wrong === undefined) return { value: { ...json } as Readonly<Record<string, number>> };
      return { expected: t`${expected} (${quoted(wrong)} is not one)` };
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
    const message = t`rules: expected an object with ids of findings, such as { "dead-relu": "off" }, found ${found(json)}`;
    report({ code: "rules.wrong-value", at: json, message });
    return undefined;
  }
  const owner = { code: "rules", title: "rules", at: json, others: [] };
  // Each value is what `ruleSetting` reads.
  return readParams(ruleFields, json.members, owner, report) as RuleSettings | undefined;
}

/** The rules of the editor's settings, as far as they can be read, and what is wrong with the others, a sentence each. */
export function rulesOfSettings(value: unknown): {
  readonly rules: RuleSettings;
  readonly problems: readonly string[];
} {
  const rules: Record<string, RuleSetting> = {};
  const problems: string[] = [];
  if (value === undefined || value === null) return { rules, problems };
  if (!isRecord(value))
    return { rules, problems: [t`expected an object with ids of findings, found ${shown(value)}`] };
  for (const [id, setting] of Object.entries(value)) {
    const type = findings.find((one) => one.id === id);
    const known = type && ruleSetting(type).read(setting);
    if (!known) problems.push(t`there is no finding ${quoted(id)}${ask(closest(id, FINDING_IDS))}`);
    else if ("value" in known) rules[id] = known.value;
    else problems.push(t`${id}: expected ${known.expected}, found ${shown(setting)}`);
  }
  return { rules, problems };
}

const shown = (value: unknown): string => shorten(JSON.stringify(value), LONGEST);

const LONGEST = 60;

/** The JSON Schema of the editor's setting, whose mistakes the editor itself reports. */
export const rulesSettingSchema = (): JsonSchema => ({
  type: "object",
  properties: Object.fromEntries(
    findings.map((type) => {
      const { doc, schema } = ruleSetting(type);
      return [type.id, { markdownDescription: doc, ...schema }];
    }),
  ),
  additionalProperties: false,
});
