import { t } from "../../../l10n/translate.ts";
import type { DataFacts } from "../../../protocol/run.ts";
import { figure } from "../../format.ts";
import { staticFinding } from "../finding.ts";
import { isRegression } from "./lastLayer.ts";

/** The greatest |mean| of a target, in its standard deviations; infinite where it is a constant other than 0. */
export const offsetOf = ({ target_offset, target_mean = 0, target_std = 0 }: DataFacts): number =>
  target_mean === 0 ? 0 : Math.max(target_offset ?? 0, Math.abs(target_mean) / target_std);

export const targetScale = staticFinding({
  id: "target-scale",
  title: t`Targets of another scale than the outputs`,
  condition:
    "The loss is a regression's and a target's standard deviation is above `std`, or its mean is above `offset` and above `offset` standard deviations; an error where the model has learned next to nothing, has not moved or is worse than a constant.",
  thresholds: {
    std: {
      is: 30,
      of: t`Standard deviation of a target, beyond which a net of outputs about 1 does not get.`,
    },
    offset: { is: 10, of: t`Mean of a target, and as many of its standard deviations.` },
  },
  severity: "error",
  gate: "poor",
  why: t`A net begins with outputs of about 1. Targets of thousands are far out of reach: the loss and its gradient are huge, the rate that survives them is tiny, and the weights would have to grow a thousandfold.`,
  source: {
    title: "LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, section 4.3, Normalizing the inputs",
    url: "https://doi.org/10.1007/3-540-49430-8_2",
  },
  fixes: ["normalize-targets", "raise-rate", "adam"],

  inspect({ declared, data }, { std, offset }) {
    if (!data || !isRegression(declared)) return undefined;
    const { target_std = 0, target_mean = 0 } = data;
    const wide = target_std > std;
    if (!wide && !(offsetOf(data) > offset && Math.abs(target_mean) > offset)) return undefined;
    const what = wide
      ? t`The targets have a standard deviation of ${figure(target_std)}`
      : t`The targets lie about ${figure(target_mean)}, with a standard deviation of ${figure(target_std)}`;
    return {
      layer: "data",
      message: t`${what}, where a net begins with outputs of about 1.`,
      figures: { target_std, target_mean },
    };
  },
});

export const unscaledInput = staticFinding({
  id: "unscaled-input",
  title: t`Inputs that are not scaled`,
  condition:
    "The inputs' root mean square is above `rms`, or the largest above `largest`, after `normalize`; an error where the model has learned nothing, has not moved, is worse than a constant or ended with NaN or ∞.",
  thresholds: {
    rms: { is: 20, of: t`Root mean square of the inputs.` },
    largest: { is: 1000000, of: t`Largest magnitude of an input.` },
  },
  severity: "error",
  gate: "notWell",
  why: t`Initialisation and learning rates are made for inputs of about 1. Inputs of hundreds saturate the first activations or make the first updates huge, and a single one of a million does so for its whole batch.`,
  source: {
    title: "LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, section 4.3, Normalizing the inputs",
    url: "https://doi.org/10.1007/3-540-49430-8_2",
  },
  fixes: ["normalize", "lower-rate"],

  inspect({ data }, { rms, largest }) {
    const { input_rms = 0, input_max = 0 } = data ?? {};
    if (!(input_rms > rms || input_max > largest)) return undefined;
    return {
      layer: "data",
      message: t`The inputs have a root mean square of ${figure(input_rms)}, the largest is ${figure(input_max)}: a net is made for inputs of about 1.`,
      figures: { input_rms, input_max },
    };
  },
});
