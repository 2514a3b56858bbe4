import type { Chart } from "./chart.ts";
import { gains } from "./gains.ts";
import { gradientFlow } from "./gradientFlow.ts";
import { histogram } from "./histogram.ts";
import { loss } from "./loss.ts";
import { overTime } from "./overTime.ts";
import { throughTime } from "./throughTime.ts";

/** Every chart of the panel, from top to bottom. */
export const charts: readonly Chart[] = [gradientFlow, gains, overTime, loss, throughTime, histogram];
