import { activations } from "./activations.ts";
import { isChart, type Chart, type Part } from "./chart.ts";
import { clipping } from "./clipping.ts";
import { differences } from "./differences.ts";
import { gains } from "./gains.ts";
import { gradientFlow } from "./gradientFlow.ts";
import { histogram } from "./histogram.ts";
import { updates, weights } from "./layerCourses.ts";
import { loss } from "./loss.ts";
import { lossScale } from "./lossScale.ts";
import { metric } from "./metric.ts";
import { overTime } from "./overTime.ts";
import { spectrum } from "./spectrum.ts";
import { timeMap } from "./timeMap.ts";
import { throughTime } from "./throughTime.ts";

/** Every part of the panel, from top to bottom. */
export const parts: readonly Part[] = [
  gradientFlow,
  gains,
  overTime,
  loss,
  metric,
  differences,
  updates,
  clipping,
  lossScale,
  activations,
  throughTime,
  timeMap,
  histogram,
  weights,
  spectrum,
];

/** Those that are drawn. */
export const charts: readonly Chart[] = parts.filter(isChart);
