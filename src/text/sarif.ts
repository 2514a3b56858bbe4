import type { Finding } from "../insight/findings/found.ts";
import { findings } from "../insight/findings/index.ts";
import type { Severity } from "../insight/findings/finding.ts";
import { numerals, type Diagnosis } from "./diagnosis.ts";
import { ended, json, type Json, type Terminal } from "./quote.ts";

/** A stretch of the model file, in lines and columns from 1; the end is the place behind the last character. */
export interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

const LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * The findings as SARIF 2.1.0, which code scanning services read. `regionOf` tells where a layer is declared: the data's field for
 * `data`, the model's name for what belongs to no layer.
 */
export function sarif(diagnosis: Diagnosis, regionOf: (path: string | undefined) => Region): Terminal {
  const { file, model, seed, end } = diagnosis;
  const uri = uriOf(file);
  const place = (path: string | undefined): Json => ({
    physicalLocation: { artifactLocation: { uri }, region: { ...regionOf(path) } },
    logicalLocations: [{ fullyQualifiedName: path ? `${model}.${path}` : model }],
  });
  const result = (one: Finding): Json => ({
    ruleId: one.id,
    ruleIndex: findings.findIndex(({ id }) => id === one.id),
    level: LEVELS[one.severity],
    message: { text: one.message },
    locations: [place(one.layer)],
    ...(one.related &&
      one.related.length > 0 && {
        relatedLocations: one.related.map((path) => ({
          ...(place(path) as object),
          message: { text: path },
        })),
      }),
    // By this key alone code scanning knows a finding again; of one model there is one such finding at a layer.
    partialFingerprints: {
      primaryLocationLineHash: `${hash([model, one.id, one.layer ?? ""].join("\n"))}:1`,
    },
    properties: {
      model,
      seed,
      step: end.steps,
      figures: numerals(one.figures),
      fixes: one.fixes,
      causeOf: one.causeOf,
    },
  });
  return ended(
    json({
      $schema: SCHEMA,
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "GradLens", rules: findings.map(ruleOf) } },
          columnKind: "utf16CodeUnits",
          artifacts: [{ location: { uri } }],
          results: diagnosis.findings.map(result),
        },
      ],
    }),
  );
}

const ruleOf = ({ id, title, condition, why, severity, source }: (typeof findings)[number]): Json => ({
  id,
  name: title,
  shortDescription: { text: `${title}.` },
  fullDescription: { text: why },
  help: { text: `${condition}\n\n${source.title}: ${source.url}` },
  helpUri: source.url,
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { tags: ["machine-learning", "training"] },
});

/** A path as a relative reference: forward slashes, and all else escaped that a URI cannot hold. */
const uriOf = (file: string): string =>
  file.replaceAll("\\", "/").replace(/^\.\//, "").split("/").map(encodeURIComponent).join("/");

const BITS = 64;

/** FNV-1a of the text's UTF-16 units, as 16 hexadecimal digits. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++)
    value = BigInt.asUintN(BITS, (value ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return value.toString(16).padStart(BITS / 4, "0");
}
