#!/usr/bin/env node
// `npm run test:python`: checks and tests the Python package, with the Python that GRADLENS_PYTHON names.
import { spawnSync } from "node:child_process";
import path from "node:path";

const python = process.env["GRADLENS_PYTHON"] ?? "python3";
const cwd = path.resolve(import.meta.dirname, "..", "python");

const checks = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy", "gradlens"], ["pytest"]];

for (const check of checks) {
  const { status, error } = spawnSync(python, ["-m", ...check], { cwd, stdio: "inherit" });
  if (status === 0) continue;
  console.error(
    `${check.join(" ")}: ${error?.message ?? `ended with ${status}`} (Python: ${python}; GRADLENS_PYTHON names another)`,
  );
  process.exit(1);
}
