import { adamEps } from "./adamEps.ts";
import { clipThreshold } from "./clipThreshold.ts";
import { collapse } from "./collapse.ts";
import { deadRelu } from "./deadRelu.ts";
import { explodingDepth, vanishingDepth } from "./depth.ts";
import type { FindingType } from "./finding.ts";
import { lrTooSmall } from "./learningRate.ts";
import { lossStalled } from "./lossStalled.ts";
import { nonFinite } from "./nonFinite.ts";
import { overflowNear } from "./overflowNear.ts";
import { poorInit } from "./poorInit.ts";
import { saturation } from "./saturation.ts";
import { bottleneck, dropout } from "./static/capacity.ts";
import { constantInit } from "./static/constantInit.ts";
import { targetScale, unscaledInput } from "./static/dataScale.ts";
import {
  activationBeforeCe,
  nllWithoutLogSoftmax,
  outputActivation,
  sigmoidBeforeBce,
  softmaxBeforeCe,
  softmaxOneUnit,
} from "./static/lastLayer.ts";
import { missingActivation } from "./static/missingActivation.ts";
import { nonFiniteData } from "./static/nonFiniteData.ts";
import { biasBeforeNorm, bnBatch, postNorm } from "./static/norms.ts";
import { explodingTime, vanishingTime } from "./throughTime.ts";
import { updateRatio } from "./updateRatio.ts";
import { weightDecay } from "./weightDecay.ts";
import { zeroGradient } from "./zeroGradient.ts";

const all = [
  nonFiniteData,
  softmaxOneUnit,
  softmaxBeforeCe,
  activationBeforeCe,
  sigmoidBeforeBce,
  nllWithoutLogSoftmax,
  outputActivation,
  constantInit,
  unscaledInput,
  targetScale,
  bnBatch,
  dropout,
  clipThreshold,
  explodingTime,
  explodingDepth,
  poorInit,
  updateRatio,
  weightDecay,
  vanishingTime,
  adamEps,
  lrTooSmall,
  missingActivation,
  postNorm,
  bottleneck,
  saturation,
  vanishingDepth,
  collapse,
  deadRelu,
  zeroGradient,
  nonFinite,
  overflowNear,
  lossStalled,
  biasBeforeNorm,
] as const;

export type FindingId = (typeof all)[number]["id"];

/** All that can be found, what explains the others first. */
export const findings: readonly FindingType<FindingId>[] = all;

const byId = new Map<string, FindingType<FindingId>>(findings.map((type) => [type.id, type]));

export const FINDING_IDS: readonly FindingId[] = findings.map(({ id }) => id);

/** The finding of this id. */
export const findingOf = (id: string): FindingType<FindingId> | undefined => byId.get(id);
