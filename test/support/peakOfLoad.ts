import { Generator } from "../../src/engine/rng/generator.ts";
import type { DataSpec } from "../../src/engine/spec.ts";
import type { DataRequirements } from "../../src/engine/data/data.ts";
import { loadData } from "../../src/worker/loadData.ts";

// Loads the data that the argument names, and prints by how many bytes the process has grown at most, and how many it got.
interface Job {
  readonly file: string;
  readonly data: DataSpec;
  readonly required: DataRequirements;
}

const { file, data, required } = JSON.parse(process.argv[2] ?? "") as Job;
const before = process.memoryUsage.rss();
const location = { file, root: file.slice(0, file.lastIndexOf("/")) };
const result = await loadData(data, location, required, new Generator(0)).then(
  ({ inputs, targets }) => ({ bytes: inputs.byteLength + targets.byteLength }),
  (error: unknown) => ({ bytes: 0, refused: error instanceof Error ? error.message : String(error) }),
);
const grown = 1024 * process.resourceUsage().maxRSS - before;
console.log(JSON.stringify({ ...result, grown }));
