// The kernels' descriptors as classes of AssemblyScript, as the engine's kernels have them: no order of fields is kept twice.
import path from "node:path";
import { format, resolveConfig } from "prettier";

export const descriptorsFile = path.resolve(
  import.meta.dirname,
  "..",
  "src",
  "engine",
  "assembly",
  "descriptors.ts",
);

const FROM = "// From the descriptors in src/engine/kernels/: npm run build writes it.\n\n";

/** @param {import("../src/engine/kernels/kernel.ts").Descriptor} descriptor */
function classOf({ name, fields }) {
  const types = Object.entries(fields).map(
    ([field, kind]) => `${field}: ${kind === "number" ? "f64" : "i32"};`,
  );
  return `@unmanaged
  export class ${name} {
    ${types.join("\n")}
  }`;
}

export async function descriptorsText() {
  const { described } = await import("../src/engine/kernels/kernels.ts");
  const all = Object.values(described).flatMap(({ descriptor }) => descriptor ?? []);
  const text = FROM + [...new Set(all.map(classOf))].join("\n\n");
  return format(text, { ...(await resolveConfig(descriptorsFile)), filepath: descriptorsFile });
}
