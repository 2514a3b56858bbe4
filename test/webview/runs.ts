import { COLUMN, HIST_BINS, HIST_OFFSET, STATS, TOTALS } from "../../src/protocol/frame.ts";
import type { Frame, Stat, Total } from "../../src/protocol/frame.ts";
import type { Increment } from "../../src/protocol/increment.ts";
import type { LayerInfo, RunInfo } from "../../src/protocol/run.ts";
import { CONTROLS, type Overlay, type RunSummary, type ToWebview } from "../../src/protocol/webview.ts";
import { recorded } from "../support/history.ts";

const WITHOUT_PARAMETERS: readonly Stat[] = [
  "act_mean",
  "act_std",
  "act_zero",
  "act_nonfinite",
  "delta_norm",
  "gain",
];

export const layer = (path: string, type: string, more: Partial<LayerInfo> = {}): LayerInfo => ({
  path,
  type,
  parameters: type === "Linear" ? [{ name: "weight", shape: [64, 64] }] : [],
  output_shape: [64],
  stats: type === "Linear" ? STATS : WITHOUT_PARAMETERS,
  ...more,
});

/** `block.0.0` Linear, `block.0.1` Sigmoid, …, `head` Linear. */
export const chainLayers = (blocks: number, activation = "Sigmoid"): readonly LayerInfo[] => [
  ...Array.from({ length: blocks }, (_, i) => [
    layer(`block.${i}.0`, "Linear"),
    layer(`block.${i}.1`, activation),
  ]).flat(),
  layer("head", "Linear"),
];

export const runOf = (
  layers: readonly LayerInfo[],
  more: Partial<RunSummary> & { readonly model?: string } = {},
): RunSummary => {
  const { model = "deep-sigmoid", ...rest } = more;
  const info: RunInfo = {
    model,
    seed: 0,
    parameters: 84_161,
    steps: 500,
    layers,
    hist_every: 10,
    engine: "scalar",
  };
  return {
    id: 1,
    info,
    state: "running",
    step: 0,
    loss: NaN,
    steps_per_second: 1240,
    file: "vanishing.gradlens.json",
    started: "14:03:22",
    stale: false,
    controls: [...CONTROLS],
    ...rest,
  };
};

export interface Course {
  readonly steps: number;
  /** Gain of every layer but the last, by its index. */
  readonly gain: (layer: number, step: number) => number;
  readonly loss?: (step: number) => number;
  readonly clips?: (step: number) => boolean;
  readonly totals?: (step: number) => Partial<Record<Total, number>>;
}

/**
 * A run as the chain rule makes it: ‖∂L/∂h‖ of a layer is that of the next one times the next one's gain, and ‖∂L/∂θ‖
 * follows it; every factor varies by a tenth from step to step.
 */
export function framesOf(layers: readonly LayerInfo[], course: Course): readonly Frame[] {
  const random = generator(7);
  return Array.from({ length: course.steps }, (_, i) => frameAt(layers, course, i + 1, random));
}

function frameAt(layers: readonly LayerInfo[], course: Course, step: number, random: () => number): Frame {
  const values = new Float64Array(layers.length * STATS.length).fill(NaN);
  const set = (row: number, stat: Stat, value: number): void => {
    values[row * STATS.length + COLUMN[stat]] = value;
  };
  const noisy = (value: number): number => value * (0.95 + 0.1 * random());
  let delta = noisy(0.12);
  for (let row = layers.length - 1; row >= 0; row--) {
    const gain = noisy(course.gain(row, step));
    set(row, "delta_norm", delta);
    set(row, "gain", gain);
    if (layers[row].parameters.length > 0) {
      set(row, "grad_norm", noisy(delta * 4));
      set(row, "update_ratio", noisy(delta * 0.1));
      set(row, "grad_nonfinite", 0);
    }
    set(row, "act_nonfinite", 0);
    delta *= gain;
  }
  const totals = Object.fromEntries(TOTALS.map((total) => [total, NaN])) as Record<Total, number>;
  return {
    ...totals,
    loss: noisy(course.loss?.(step) ?? 0.693),
    lr: 0.1,
    grad_norm: noisy(0.5),
    clip_coef: course.clips?.(step) ? 0.5 : 1,
    ...course.totals?.(step),
    step,
    values,
    ...(step % 10 === 1 && { hist: histogramOf(layers, values) }),
  };
}

/** Counts that fall off to both sides of the size of an element, as those of a normal distribution's logarithm do. */
function histogramOf(layers: readonly LayerInfo[], values: Float64Array): Float64Array {
  const hist = new Float64Array(layers.length * HIST_BINS);
  for (const row of layers.keys()) {
    const size = Math.log2(values[row * STATS.length + COLUMN.grad_norm] / 64) + HIST_OFFSET;
    if (Number.isNaN(size)) continue;
    for (let bin = 0; bin < HIST_BINS; bin++) {
      const below = size - bin;
      hist[row * HIST_BINS + bin] = Math.round(
        4096 * 0.3 * (below > 0 ? 2 ** -below : Math.exp(-2 * below * below)),
      );
    }
  }
  return hist;
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A run that lies under the shown one. */
export const under = (run: number, because: Overlay["because"] = "before"): Overlay => ({ run, because });

/** Everything that the panel gets of a run over others: the state, then their figures. */
export const overOthers = (
  runs: readonly RunSummary[],
  seen: readonly Frame[],
  others: readonly (readonly [run: number, frames: readonly Frame[], because?: Overlay["because"]])[],
): readonly ToWebview[] => [
  stateOf(runs, seen, { overlays: others.map(([run, , because]) => under(run, because)) }),
  ...others.map(([run, frames]) => ({ type: "frames" as const, run, history: recorded(frames).since(0) })),
];

export const stateOf = (
  runs: readonly RunSummary[],
  seen: readonly Frame[] | Increment,
  more: Partial<ToWebview & { type: "state" }> = {},
): ToWebview & { type: "state" } => ({
  type: "state",
  runs,
  ...(runs[0] && { shown: runs[0].id }),
  overlays: [],
  history: "head" in seen ? seen : recorded(seen).since(0),
  has_models: true,
  ...more,
});
