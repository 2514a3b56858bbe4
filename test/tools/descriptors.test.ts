import { test } from "node:test";
import assert from "node:assert/strict";
import fs from "node:fs";
import { descriptorsFile, descriptorsText } from "../../tools/descriptors.mjs";

test("AssemblyScript has the descriptors of the kernels, field by field (npm run build writes them)", async () => {
  assert.equal(fs.readFileSync(descriptorsFile, "utf8"), await descriptorsText());
});
