import path from "node:path";
import { format, resolveConfig } from "prettier";

export const findingsFile = path.resolve(import.meta.dirname, "..", "docs", "findings.md");

/** `docs/findings.md`, a section for each finding, as the table of findings has it. */
export async function findingsText() {
  const { findings } = await import("../src/insight/findings/index.ts");
  const text = [INTRODUCTION, ...(await Promise.all(findings.map(section)))].join("\n\n");
  return format(text, { ...(await resolveConfig(findingsFile)), filepath: findingsFile });
}

const INTRODUCTION = `<!-- From src/insight/findings/: npm run build writes it. -->

# What GradLens finds

Every finding has an id, which a model file, the terminal and the editor know it by. An **error** keeps the model
from training, as far as its figures tell; a warning or an information does not. Findings go by the loss before all else: a share
of the gradient, a dead unit or a large update is no fault where the model trains, and a finding is taken back when what it
went by is gone.

The loss is compared with that of the best constant prediction, the *floor*: the variance of the targets for a squared error, the
entropy of the classes' shares for cross entropy. *Now* is the mean over the last steps, a fifth of the run, at least 5 and at
most 40. A run **does not do well** where that is above 0.93 of the floor, where the loss has not moved, or where it has come to rest
above a quarter of the floor; below a tenth of it a model is trained, and nothing that goes by evidence is said.

How the findings do on models that were not looked at is measured in [rules.md](rules.md). A model can turn one off, or give
it thresholds of its own:

\`\`\`jsonc
"rules": { "dead-relu": "off", "collapse": { "spread": 0.05 } }
\`\`\`

In the editor the setting \`gradlens.rules\`, of the same shape, does so for all models of a window or a folder; what a model says
itself comes first, threshold by threshold.`;

/** @param {import("../src/insight/findings/finding.ts").FindingType} finding */
async function section({
  id,
  title,
  condition,
  severity,
  why,
  source,
  fixes,
  thresholds: named = {},
  ...rest
}) {
  const { FIXES } = await import("../src/protocol/fixNames.ts");
  const thresholds = Object.entries(named).map(([name, { is, of }]) => `| \`${name}\` | ${is} | ${of} |`);
  return [
    `## ${id}`,
    `**${title}**: ${severity}${"inspect" in rest ? ", from the model file alone" : ""}.`,
    why,
    `_Holds where_: ${condition}`,
    ...(thresholds.length > 0
      ? [["| threshold | default | of |", "|---|---|---|", ...thresholds].join("\n")]
      : []),
    ...(fixes.length > 0
      ? [["_Fixes_:", "", ...fixes.map((name) => `- \`${name}\`: ${FIXES[name]}`)].join("\n")]
      : []),
    `_Source_: [${source.title}](${source.url})`,
  ].join("\n\n");
}
