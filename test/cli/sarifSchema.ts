import type { JsonSchema } from "../../src/engine/params.ts";

/*
 * What SARIF 2.1.0 (OASIS standard, section 3) and code scanning demand of a file, for the properties that are written here: which there are,
 * of which kind, and which may not be missing. Nothing else may be written.
 */

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  ...required: readonly string[]
): JsonSchema => ({ type: "object", properties, required, additionalProperties: false });

const list = (items: JsonSchema, minItems = 0): JsonSchema => ({ type: "array", items, minItems });

const text: JsonSchema = { type: "string", minLength: 1 };
const message = object({ text }, "text");
const level: JsonSchema = { enum: ["none", "note", "warning", "error"] };
const bag: JsonSchema = { type: "object" };
const place: JsonSchema = { type: "integer", minimum: 1 };
const uri: JsonSchema = { type: "string", pattern: "^(?![A-Za-z]:)[^\\s\\\\]+$" };

const artifactLocation = object({ uri }, "uri");

const location = object(
  {
    physicalLocation: object(
      {
        artifactLocation,
        region: object(
          { startLine: place, startColumn: place, endLine: place, endColumn: place },
          "startLine",
        ),
      },
      "artifactLocation",
      "region",
    ),
    logicalLocations: list(object({ fullyQualifiedName: text }, "fullyQualifiedName")),
    message,
  },
  "physicalLocation",
);

const rule = object(
  {
    id: text,
    name: text,
    shortDescription: message,
    fullDescription: message,
    help: message,
    helpUri: { type: "string", pattern: "^https://" },
    defaultConfiguration: object({ level }, "level"),
    properties: bag,
  },
  "id",
  "shortDescription",
  "fullDescription",
  "help",
);

const result = object(
  {
    ruleId: text,
    ruleIndex: { type: "integer", minimum: 0 },
    level,
    message,
    locations: { ...list(location, 1), maxItems: 1 },
    relatedLocations: list(location),
    partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
    properties: bag,
  },
  "ruleId",
  "message",
  "locations",
);

const run = object(
  {
    tool: object({ driver: object({ name: text, rules: list(rule) }, "name", "rules") }, "driver"),
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    artifacts: list(object({ location: artifactLocation })),
    results: list(result),
  },
  "tool",
  "results",
);

export const sarifSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...object(
    { $schema: { type: "string" }, version: { const: "2.1.0" }, runs: list(run, 1) },
    "version",
    "runs",
  ),
};
