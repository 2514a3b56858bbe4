import fs from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import type { FileReport } from "../tally.mjs";

const TEST_TIMEOUT_MS = 30_000;

/** What VS Code calls in its extension host; the bundled test files lie beside this one. Rejects when any test failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: "tdd",
    color: true,
    timeout: TEST_TIMEOUT_MS,
    forbidOnly: true,
    ...(process.env.GRADLENS_GREP ? { grep: process.env.GRADLENS_GREP } : {}),
  });
  const files = fs.readdirSync(__dirname).filter((name) => name.endsWith(".test.cjs"));
  for (const name of files.sort()) mocha.addFile(path.join(__dirname, name));

  const outcomes = new Map<string, Outcomes>();
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    const note = (outcome: keyof Outcomes) => (test: Mocha.Runnable) => {
      const file = `host/${path.basename(test.file ?? "unknown", ".cjs")}`;
      const counts = outcomes.get(file) ?? { passed: 0, failed: 0, pending: 0 };
      outcomes.set(file, { ...counts, [outcome]: counts[outcome] + 1 });
    };
    runner.on("pass", note("passed"));
    runner.on("fail", note("failed")); // of a hook, too
    runner.on("pending", note("pending"));
  });

  const reports = [...outcomes].map(([file, { passed, failed, pending }]): FileReport => {
    return { file, tests: passed + failed + pending, passed, failed, ok: failed === 0 };
  });
  const { GRADLENS_REPORT } = process.env;
  if (GRADLENS_REPORT)
    fs.appendFileSync(GRADLENS_REPORT, reports.map((one) => `${JSON.stringify(one)}\n`).join(""));

  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  if (failed > 0) throw new Error(`${failed} of the tests in VS Code failed`);
  if (reports.length === 0) throw new Error("no test ran in VS Code");
}

interface Outcomes {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
}
