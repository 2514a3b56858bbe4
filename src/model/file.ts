import { t } from "../l10n/translate.ts";
import { modelFields } from "./fields.ts";
import type { Json, JsonObject, Member, Place, Range } from "./json.ts";
import { found, memberOf, quote } from "./json.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";

/** A model's own text. */
export interface ModelBody {
  /** Its name, where it is talked about as a whole. */
  readonly at: Place;
  /** The fields that a model has; others have been reported. */
  readonly json: JsonObject;
  /** From its name to the end of its object. */
  readonly range: Range;
}

/** What a file holds beside models, with what the editor says about it. */
export const fileFields = {
  $schema: "A JSON Schema for this file. The editor has one of its own.",
  version: "Version of the format: 1.",
  models: "The models of this file, by name.",
} as const;

export const VERSION = 1;

/** The outer two levels of a file: its models by name. */
export function readFile(root: Json | undefined, report: Report): ReadonlyMap<string, ModelBody> {
  const models = new Map<string, ModelBody>();
  if (!root || root.kind === "broken") return models;
  if (root.kind !== "object") {
    const message = t`expected an object with "models", found ${found(root)}`;
    report({ code: "file.wrong-value", at: root, message });
    return models;
  }
  reportUnknown(t`the file`, "file", root, fileFields, report);
  checkVersion(memberOf(root, "version"), report);
  for (const [name, { name: at, value }] of modelsOf(root, report)) {
    const json = bodyOf(name, at, value, report);
    if (!json) continue;
    const range = { offset: at.offset, length: json.offset + json.length - at.offset };
    models.set(name, { at, json, range });
  }
  return models;
}

function checkVersion(version: Json | undefined, report: Report): void {
  if (!version || version.kind === "broken" || (version.kind === "number" && version.value === VERSION))
    return;
  report({
    code: "file.version",
    at: version,
    message: t`version: expected ${VERSION}, found ${found(version)}`,
    fix: String(VERSION),
  });
}

function modelsOf(root: JsonObject, report: Report): ReadonlyMap<string, Member> {
  const models = memberOf(root, "models");
  const none = new Map<string, Member>();
  if (!models) {
    const at = { ...root, length: Math.min(1, root.length) };
    report({ code: "file.missing", at, message: t`the file needs "models" (an object of models by name)` });
    return none;
  }
  if (models.kind === "broken") return none;
  if (models.kind !== "object") {
    const message = t`models: expected an object of models by name, found ${found(models)}`;
    report({ code: "file.wrong-value", at: models, message });
    return none;
  }
  if (models.members.size === 0) {
    report({
      code: "file.no-models",
      at: models,
      message: t`models: expected at least one model, found none`,
    });
  }
  return models.members;
}

function bodyOf(name: string, at: Place, value: Json, report: Report): JsonObject | undefined {
  if (name === "")
    report({ code: "model.wrong-name", at, message: t`a model needs a name: this one is empty` });
  if (value.kind === "object") return knownFields(value, report);
  if (value.kind === "broken") return undefined;
  const message = t`model ${quote(name)}: expected an object, found ${found(value)}`;
  report({ code: "model.wrong-value", at: value, message });
  return undefined;
}

/** Without what the format does not know, which is reported: models that extend this one need not see it. */
function knownFields(body: JsonObject, report: Report): JsonObject {
  reportUnknown(t`a model`, "model", body, modelFields, report);
  const members = new Map([...body.members].filter(([name]) => Object.hasOwn(modelFields, name)));
  return { ...body, members };
}

function reportUnknown(
  owner: string,
  code: string,
  { members }: JsonObject,
  known: object,
  report: Report,
): void {
  for (const [name, { name: at }] of members) {
    if (Object.hasOwn(known, name)) continue;
    const guess = closest(name, Object.keys(known));
    report({
      code: `${code}.unknown-field`,
      at,
      message: t`unknown field ${quote(name)} of ${owner}${ask(guess)}`,
      ...(guess !== undefined && { fix: JSON.stringify(guess) }),
    });
  }
}
