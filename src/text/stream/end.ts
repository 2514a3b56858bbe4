import { t } from "../../l10n/translate.ts";
import type { RunEnd } from "../../protocol/run.ts";
import { quoted } from "../../protocol/visible.ts";
import { count, numeral, Refusal, text, type Fields } from "./fields.ts";

/** What the last line of a stream says. */
export function readEnd(fields: Fields): RunEnd {
  const { reason } = fields;
  const ended = {
    steps: count(fields["steps"], "steps"),
    elapsed_ms: numeral(fields["elapsed_ms"], "elapsed_ms"),
  };
  switch (reason) {
    case "completed":
    case "stopped":
    case "interrupted":
    case "lost":
      return { ...ended, reason };
    case "failed":
      return { ...ended, reason, message: text(fields["message"], "message") };
    case "non_finite":
      return { ...ended, reason, layer: text(fields["layer"], "layer"), where: placeOf(fields["where"]) };
    default:
      throw new Refusal(t`nobody knows what the end ${quoted(String(reason))} is`);
  }
}

function placeOf(where: unknown): "activation" | "gradient" | "weight" {
  if (where === "activation" || where === "gradient" || where === "weight") return where;
  throw new Refusal(t`nobody knows where ${quoted(String(where))} is`);
}
