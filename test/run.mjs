#!/usr/bin/env node
// `npm test`: every stage in turn, or the stages that the arguments name with what they need. The last line is
// "N passed, N failed"; the exit code is 1 when anything failed or a stage ran no test.
import { onNode24 } from "../tools/node24.mjs";
import { stages } from "./stages.mjs";

await onNode24();

const named = process.argv.slice(2);
const unknown = named.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(", ")}; there are ${stages.map((stage) => stage.name).join(", ")}.`);
  process.exit(2);
}

const wanted = stages.filter(
  ({ name }) =>
    named.length === 0 ||
    named.includes(name) ||
    stages.some((other) => named.includes(other.name) && other.needs === name),
);

/** @type {Map<string, import("./tally.mjs").Tally>} */
const tallies = new Map();
for (const { name, needs, run } of wanted) {
  const unmet = needs !== undefined && tallies.get(needs)?.failed !== 0;
  console.log(`\n──── ${name}${unmet ? `: not run, since ${needs} failed` : ""}`);
  const tally = unmet ? { passed: 0, failed: 1 } : await run();
  tallies.set(name, tally);
  console.log(`──── ${name}: ${tally.passed} passed, ${tally.failed} failed`);
}

const sum = (/** @type {"passed" | "failed"} */ key) =>
  [...tallies.values()].reduce((n, tally) => n + tally[key], 0);
process.exitCode = sum("failed") > 0 ? 1 : 0;
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
