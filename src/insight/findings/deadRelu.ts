import { t } from "../../l10n/translate.ts";
import { spoken } from "../chain.ts";
import { percent } from "../format.ts";
import type { LossState } from "../lossState.ts";
import { pathOf } from "./evidence.ts";
import { runFinding, type Evidence } from "./finding.ts";
import { stays } from "./words.ts";

/** A share that counts as all of a layer. */
const ALL = 0.999;

/** A ReLU layer whose units are 0 for every sample of the batch. */
interface Dead {
  readonly row: number;
  readonly start: number;
  readonly now: number;
}

export const deadRelu = runFinding({
  id: "dead-relu",
  title: t`Dead ReLUs`,
  condition:
    "Over the last steps all units of a ReLU layer are 0 for the whole batch, or at least `share` of them and `growth` more than at the first step; and the model does not do well. Where it has learned something and its loss varies, as it does under noise, `most` of them. A part of a layer is a warning in the first half of a run, up to step 200, unless the loss is worse than a constant's.",
  thresholds: {
    share: { is: 0.5, of: t`Share of units that are 0 for every sample.` },
    growth: { is: 0.3, of: t`By how much it has grown since the first step.` },
    most: { is: 0.75, of: t`The share of units in a run that has learned something.` },
  },
  severity: "error",
  why: t`A unit whose input is negative for every sample gives 0 and gets a gradient of 0: it stays as it is. Nets that train well begin with half of their units off for a batch; what counts is that a whole layer is off, or that the share grew while nothing was learned, as after a step that was too large.`,
  source: {
    title: "Lu, Shin, Su, Karniadakis: Dying ReLU and initialization, 2019",
    url: "https://arxiv.org/abs/1903.06733",
  },
  fixes: ["leaky-relu", "lower-rate", "he-init", "default-init"],

  find(evidence, { share, growth, most }) {
    const { loss, judged, broken, early } = evidence;
    if (!judged || broken || !loss.bad || loss.trained) return undefined;
    const layers = deadLayers(evidence);
    const least = loss.notWell || isStill(loss) ? share : most;
    const dead =
      layers.find(({ now }) => now >= ALL) ??
      layers
        .filter(({ start, now }) => now >= least && now - start >= growth)
        .toSorted((a, b) => b.now - b.start - (a.now - a.start))[0];
    if (!dead) return undefined;
    const { row, start, now } = dead;
    const since = start >= ALL ? t`from the first step on` : t`${percent(start)} at the first step`;
    const others = layers.filter(
      (one) => one.row !== row && one.now >= share && one.now - one.start >= growth,
    );
    return {
      layer: pathOf(evidence, row),
      message: t`${percent(now)} of the units of ${spoken(pathOf(evidence, row))} are 0 for every sample (${since}), and ${stays(loss)}.`,
      figures: { dead: now, first_dead: start, loss: loss.now, floor: loss.floor },
      related: others.map((one) => pathOf(evidence, one.row)),
      ...(early && now < ALL && !loss.worse && { severity: "warning" as const }),
    };
  },
});

/** At rest to the last digits: what keeps it is no noise. */
const isStill = ({ error, now, flat }: LossState): boolean => flat && error < 2e-3 * now;

/** Every layer that counts dead units. */
export function deadLayers(evidence: Evidence): readonly Dead[] {
  const [start, now] = [evidence.start("act_dead"), evidence.now("act_dead")];
  return evidence.layers.flatMap(({ type }, row) => {
    const dead = { row, start: start[row] ?? NaN, now: now[row] ?? NaN };
    return (type === "ReLU" || type === "ReLU6") && Number.isFinite(dead.now) ? [dead] : [];
  });
}

/** A whole layer was off before the first update. */
export const isDeadFromStart = (evidence: Evidence): boolean =>
  deadLayers(evidence).some(({ start, now }) => start >= ALL && now >= ALL);
