// `npm run test:experiments`: runs every experiment and writes what came out to docs/experiments.md. Takes minutes.
// The exit code is 1 where an outcome differs from what was expected.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkGradient } from "../support/gradcheck.ts";
import type { Experiment } from "./experiment.ts";
import { groups } from "./groups.ts";
import { page, type Result, type Section } from "./page.ts";
import { scale } from "./tables.ts";

const file = join(import.meta.dirname, "../../docs/experiments.md");

async function run(experiment: Experiment): Promise<Result> {
  process.stdout.write(`${experiment.name}\n  expected ${experiment.expected}\n`);
  const started = performance.now();
  const measured = await experiment.measure();
  const agrees = experiment.agrees.holds(measured.figures);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`  measured ${measured.text}: ${agrees ? "agrees" : "DIFFERS"} (${seconds} s)\n`);
  return { experiment, measured, agrees };
}

for (const sample of scale.samples) checkGradient(scale, sample, 1);

const sections: Section[] = [];
for (const { title, note, experiments } of groups) {
  const results: Result[] = [];
  for (const experiment of experiments) results.push(await run(experiment));
  sections.push({ title, note, results });
}
writeFileSync(file, page(sections));

const results = sections.flatMap((section) => section.results);
const differing = results.filter(({ agrees }) => !agrees).length;
process.stdout.write(`\n${results.length - differing} agree, ${differing} differ: docs/experiments.md\n`);
process.exitCode = differing > 0 ? 1 : 0;
