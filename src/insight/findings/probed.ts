import { worst } from "../share.ts";
import type { Finding } from "./found.ts";
import type { FindingId } from "./index.ts";
import type { Summary } from "./summarise.ts";

/** What the first steps can tell: all else goes by how the loss gets on, of which they know nothing. */
const TOLD: ReadonlySet<FindingId> = new Set<FindingId>([
  "non-finite",
  "overflow-near",
  "zero-gradient",
  "vanishing-depth",
  "exploding-depth",
  "vanishing-time",
  "exploding-time",
  "poor-init",
  "saturation",
]);

/**
 * What a few steps say of a model, each time from other initial weights, its own first: what was found with all of them, and no
 * more than a warning, since a run may get over it. It does not get over a NaN.
 */
export function probed(summaries: readonly [Summary, ...Summary[]]): Summary {
  const [own, ...others] = summaries;
  const isIn = ({ id, layer }: Finding, { findings }: Summary): boolean =>
    findings.some((other) => other.id === id && other.layer === layer);
  const findings = own.findings
    .filter((found) => TOLD.has(found.id) && others.every((other) => isIn(found, other)))
    .map(({ cause: _, ...found }): Finding => ({
      ...found,
      severity: found.severity === "error" && found.id !== "non-finite" ? "warning" : found.severity,
    }));
  const marks = own.marks.map((_, row) => worst(findings.map((found) => found.marks.get(row) ?? "even")));
  return { ...own, findings, marks };
}
