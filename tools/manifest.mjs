import fs from "node:fs";
import path from "node:path";

export const manifestFile = path.resolve(import.meta.dirname, "..", "package.json");

/** `package.json` as it is, with the schema of the setting `gradlens.rules` as the table of findings has it. */
export async function manifestText() {
  const { rulesSettingSchema } = await import("../src/model/rules.ts");
  /** @type {{ contributes: { configuration: { properties: Record<string, object> } } }} */
  const manifest = JSON.parse(fs.readFileSync(manifestFile, "utf8"));
  manifest.contributes.configuration.properties["gradlens.rules"] = {
    ...rulesSettingSchema(),
    default: {},
    order: 5,
    scope: "resource",
    markdownDescription: DESCRIPTION,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

const DESCRIPTION =
  'Findings that are off, or have other thresholds than the default ones, by their ids: `{ "dead-relu": "off", "collapse": { "spread": 0.05 } }`. ' +
  'What a model file says under `"rules"` comes first. What was found follows at once. Ids, thresholds and what they mean: *GradLens: Explain Finding*.';
