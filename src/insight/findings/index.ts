import { explodingDepth, vanishingDepth } from "./depth.ts";
import type { FindingType } from "./finding.ts";
import { nonFinite } from "./nonFinite.ts";
import { vanishingTime } from "./vanishingTime.ts";
import { zeroGradient } from "./zeroGradient.ts";

/** All that can be found in a run, what explains the others first. */
export const findings = [
  nonFinite,
  zeroGradient,
  vanishingDepth,
  explodingDepth,
  vanishingTime,
] as const satisfies readonly FindingType[];
