import path from "node:path";

export const schemaFile = path.resolve(import.meta.dirname, "..", "media", "gradlens.schema.json");

/** The JSON Schema as the file holds it, derived from the tables of layers, losses, optimizers and data. */
export async function schemaText() {
  const { modelSchema } = await import("../src/model/schema.ts");
  return `${JSON.stringify(modelSchema(), undefined, 2)}\n`;
}
