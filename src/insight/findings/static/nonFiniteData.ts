import { t } from "../../../l10n/translate.ts";
import { counted } from "../../format.ts";
import { staticFinding } from "../finding.ts";

export const nonFiniteData = staticFinding({
  id: "non-finite-data",
  title: t`NaN or ∞ in the data`,
  condition:
    "A value of the inputs or targets is NaN or ±∞; said when the data are read, with row and column.",
  severity: "error",
  gate: "always",
  why: t`A single NaN among the inputs or targets makes the loss, every gradient and, after one step, every weight a NaN. Look at the data first: an empty cell, a division by 0, a missing value that was written as a word.`,
  source: {
    title: "PyTorch, torch.isfinite",
    url: "https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html",
  },
  fixes: [],

  inspect({ data }) {
    const count = data?.input_nonfinite ?? 0;
    if (count === 0) return undefined;
    return {
      layer: "data",
      message:
        count === 1
          ? t`${counted(count, "input")} of the data is NaN or ∞.`
          : t`${counted(count, "input")} of the data are NaN or ∞.`,
      figures: { input_nonfinite: count },
    };
  },
});
