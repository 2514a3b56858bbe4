import { isChart, type Chart, type Part } from "./chart.ts";
import { differences } from "./differences.ts";
import { gains } from "./gains.ts";
import { gradientFlow } from "./gradientFlow.ts";
import { histogram } from "./histogram.ts";
import { loss } from "./loss.ts";
import { overTime } from "./overTime.ts";
import { spectrum } from "./spectrum.ts";
import { throughTime } from "./throughTime.ts";

/** Every part of the panel, from top to bottom. */
export const parts: readonly Part[] = [
  gradientFlow,
  gains,
  overTime,
  loss,
  differences,
  throughTime,
  histogram,
  spectrum,
];

/** Those that are drawn. */
export const charts: readonly Chart[] = parts.filter(isChart);
