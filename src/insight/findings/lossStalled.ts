import { t } from "../../l10n/translate.ts";
import { LOSS_RULE } from "../lossState.ts";
import { pathOf } from "./evidence.ts";
import { runFinding } from "./finding.ts";
import { stays } from "./words.ts";

/** Models that train well may rest for hundreds of steps where they have learned the mean and nothing else. */
const PLATEAU = 1000;

export const lossStalled = runFinding({
  ...LOSS_RULE,
  title: t`The loss stalls`,
  condition:
    "The mean loss of the last steps is that of the best constant prediction, from `nothing` of it on; or above it and not falling since half time (`flat`); or where it began; or worse than a constant (`worse`). While a run goes on it has to rest, and is a warning in its first half, up to step 1000.",
  severity: "error",
  why: t`Whoever answers the mean of the targets, or the shares of the classes, whatever the input, has this loss: the model has learned nothing that depends on its input. It is the clearest single sign that something is wrong, and says nothing of what: that is what the other findings are for.`,
  source: {
    title: "PyTorch, torch.nn: loss functions",
    url: "https://docs.pytorch.org/docs/stable/nn.html#loss-functions",
  },
  fixes: ["adam", "raise-rate", "he-init", "batch-norm", "wider"],

  find(evidence) {
    const { loss, judged, broken, weighted, run, step, declared } = evidence;
    if (!judged || broken || loss.trained) return undefined;
    if (!(loss.onlyMean || (loss.nothing && loss.flat) || loss.unmoved || loss.worse)) return undefined;
    const goesOn = run.end === undefined;
    if (goesOn && !loss.flat && !loss.unmoved) return undefined;
    const mayMove = goesOn && step < Math.min(PLATEAU, (declared?.steps ?? Infinity) / 2);
    const said = stays(loss);
    return {
      layer: pathOf(evidence, weighted.at(-1) ?? 0),
      message: `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
      figures: { loss: loss.now, floor: loss.floor, first_loss: loss.first, window: loss.window },
      ...(mayMove && { severity: "warning" as const }),
    };
  },
});
