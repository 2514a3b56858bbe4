import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RESERVED } from "../../src/model/reserved.ts";
import { refusals } from "../support/refusals.ts";
import { runJobs, skip, workFolder } from "../support/torch.ts";

const child = (name: string): string => `nn.Sequential().add_module("${name}", nn.ReLU())`;

/** Expressions that PyTorch is to refuse, by what they stand for. */
const expressions: readonly (readonly [name: string, expression: string])[] = [
  ...refusals.map(({ name, torch }) => [name, torch] as const),
  ...[...RESERVED].map((name) => [`a layer called ${name}`, child(name)] as const),
];

suite("PyTorch refuses what GradLens refuses", { skip }, () => {
  if (skip !== false) return;
  const seen = runJobs(
    workFolder(),
    expressions.map(([, program]) => ({ program, mode: "refuse" })),
  );
  for (const [i, [name, expression]] of expressions.entries()) {
    test(name, () => {
      assert.ok("refused" in seen[i][0], `PyTorch accepts ${expression}`);
    });
  }
});
