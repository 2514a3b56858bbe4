// `npm run bench [W1 W2 … runs tables editor probe panel]`: measures this engine and its peers on all workloads, whole runs as processes, this
// engine alone, the editor with large files, and the panel with a large run, or those of them that are named, and writes `docs/benchmarks.md`. BENCH_ROUNDS, BENCH_SECONDS and BENCH_COMPILER=0 make it shorter.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureEditor, measureProbe } from "./editor.ts";
import { figure } from "./markdown.ts";
import { page } from "./page.ts";
import { measurePanel } from "./panel.ts";
import { missingPeers } from "./programs.ts";
import { readResults, type Results, writeResults } from "./results.ts";
import { measure } from "./rounds.ts";
import { measureRuns } from "./wholeRuns.ts";
import { measureTables } from "./tables.ts";
import { againstJavaScript, reached, targetsOf } from "./targets.ts";
import { workloadNames } from "./workloads.ts";

const choices: readonly string[] = [...workloadNames, "runs", "tables", "editor", "probe", "panel"];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !choices.includes(name));
if (unknown.length > 0) throw new Error(`no ${unknown.join(", ")}: expected some of ${choices.join(", ")}`);
const wanted = (name: string): boolean => asked.length === 0 || asked.includes(name);

for (const [peer, remedy] of missingPeers()) console.log(`${peer} is left out: ${remedy}.`);

let results = readResults();
const add = (change: Partial<Results>): void => {
  results = { ...results, ...change };
  writeResults(results);
  writeFileSync(join(import.meta.dirname, "..", "docs", "benchmarks.md"), page(results));
};

for (const name of workloadNames.filter(wanted)) {
  const start = performance.now();
  const measured = await measure(name);
  add({ workloads: { ...results.workloads, [name]: measured } });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const targets = [...targetsOf("PyTorch"), againstJavaScript];
  const ratios = targets.map((target) => figure(reached(target, "GradLens", measured, name)));
  console.log(`${name}: ${measured.series.length} ways in ${seconds} s; ${ratios.join(", ")} times as fast`);
}
if (wanted("runs")) add({ runs: measureRuns() });
if (wanted("tables")) add({ tables: await measureTables() });
if (wanted("editor")) add({ editor: await measureEditor() });
if (wanted("probe")) add({ probe: await measureProbe() });
if (wanted("panel")) add({ panel: await measurePanel() });
