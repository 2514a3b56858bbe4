import { t } from "../../../l10n/translate.ts";
import type { DeclaredRow } from "../../../protocol/declaredModel.ts";
import { spoken } from "../../chain.ts";
import { staticFinding } from "../finding.ts";
import { areTogether, LINEAR, NORMALISATIONS } from "./rows.ts";

export const missingActivation = staticFinding({
  id: "missing-activation",
  title: t`Linear layers without an activation between them`,
  condition:
    "A Linear, Conv1d or Conv2d follows another with nothing but normalisation, dropout or a reshape between them; an error where the model has learned nothing, has not moved or is worse than a constant.",
  severity: "error",
  gate: "notWell",
  why: t`A linear map of a linear map is a linear map: without an activation in between two layers can do no more than one. A narrow one among them may be meant so; what tells is that the model does not get beyond what a linear model can.`,
  source: {
    title: "Goodfellow, Bengio, Courville: Deep learning, 2016, section 6.1, Example: learning XOR",
    url: "https://www.deeplearningbook.org/contents/mlp.html",
  },
  fixes: ["add-activation"],

  inspect({ declared: { rows } }) {
    let before: DeclaredRow | undefined;
    let pairs = 0;
    let found: { readonly first: DeclaredRow; readonly second: DeclaredRow } | undefined;
    for (const row of rows) {
      if (!before || !areTogether(before, row)) before = undefined;
      if (LINEAR.has(row.type)) {
        if (before) {
          pairs++;
          found ??= { first: before, second: row };
        }
        before = row;
      } else if (!NORMALISATIONS.has(row.type) && row.type !== "Dropout" && row.type !== "Identity")
        before = undefined;
    }
    if (!found) return undefined;
    const { first, second } = found;
    return {
      layer: second.path,
      message: t`No activation lies between ${spoken(first.path)} and ${spoken(second.path)}: together they can do no more than one linear layer.`,
      figures: { pairs },
      related: [first.path],
    };
  },
});
