// The JSON Schema of model files, one in each language: VS Code takes that of its own by the manifest (docs/architecture.md, "Languages").
import path from "node:path";
import { inLanguage } from "./inLanguage.mjs";
import { languageOf } from "./l10n.mjs";

const repo = path.resolve(import.meta.dirname, "..");

/** Where the manifest finds it. @param {string} [language] absent: English */
export const schemaUrl = (language) =>
  `./media/gradlens.schema.${language === undefined ? "" : `${language}.`}json`;

/** @param {string} [language] */
export const schemaFile = (language) => path.join(repo, schemaUrl(language));

/** The JSON Schema as the file holds it, derived from the tables of layers, losses, optimizers and data. @param {string} [language] */
export async function schemaText(language) {
  const { made } = await inLanguage("schema", language === undefined ? undefined : languageOf(language));
  return `${JSON.stringify(made, undefined, 2)}\n`;
}
