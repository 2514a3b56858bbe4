import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "./imports.ts";

/** A number that a file of the engine gives a name, in TypeScript or in AssemblyScript: `const WIDTH: i32 = 32;`. */
export function constantIn(file: string, name: string): number {
  const text = readFileSync(join(repo, "src/engine", file), "utf8");
  const found = new RegExp(`^(?:export )?const ${name}(?:: \\w+)? = (-?[\\d.]+(?:e-?\\d+)?);`, "m").exec(
    text,
  );
  assert.ok(found, `${file} gives no number the name ${name}`);
  return Number(found[1]);
}
