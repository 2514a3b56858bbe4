// A reporter of node:test that appends a FileReport (see tally.mjs) for each file to GRADLENS_REPORT. Node's own
// totals count a file that leaves by process.exit(0), or holds no test, as a test that passed.
import fs from "node:fs";
import path from "node:path";

const test = path.resolve(import.meta.dirname, "..");

/** @param {AsyncIterable<import("node:test/reporters").TestEvent>} source */
export default async function* fileReporter(source) {
  for await (const { type, data } of source) {
    // One summary per file that came to its end, then one of the whole run, which has no file.
    if (type !== "test:summary" || data.file === undefined) continue;
    const { tests, passed, skipped, todo } = data.counts;
    const file = path
      .relative(test, data.file)
      .split(path.sep)
      .join("/")
      .replace(/\.\w+$/, "");
    const report = { file, tests, passed, failed: tests - passed - skipped - todo, ok: data.success };
    fs.appendFileSync(process.env.GRADLENS_REPORT ?? "", `${JSON.stringify(report)}\n`);
    yield "";
  }
}
