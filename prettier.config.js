import { prettierPlugin } from "./tools/assemblyScript.mjs";

const assembly = "src/engine/assembly/**/*.ts";

export default {
  printWidth: 110,
  overrides: [{ files: assembly, options: { parser: "assemblyscript", plugins: [prettierPlugin] } }],
};
