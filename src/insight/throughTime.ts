import type { LayerInfo } from "../protocol/run.ts";

/** ‖∂L/∂h_t‖ of one recurrent layer, first time step to last. */
export interface TimeNorms {
  /** Row of the layer in a frame. */
  readonly layer: number;
  readonly path: string;
  readonly norms: Float64Array;
}

/** The recurrent layers' parts of a frame's `time`; none where the frame has no such figures. */
export function timeNorms(
  layers: readonly LayerInfo[],
  time: Float64Array | undefined,
): readonly TimeNorms[] {
  if (!time) return [];
  let offset = 0;
  return layers.flatMap(({ path, time: steps = 0 }, layer) =>
    steps > 0 ? [{ layer, path, norms: time.subarray(offset, (offset += steps)) }] : [],
  );
}

export interface TimeShare {
  readonly path: string;
  readonly steps: number;
  /** log₁₀(‖∂L/∂h_0‖ / ‖∂L/∂h_T‖) */
  readonly logShare: number;
}

/** How much of the gradient gets back to the first time step, for every recurrent layer whose last step has one; finite ones only. */
export const timeShares = (
  layers: readonly LayerInfo[],
  time: Float64Array | undefined,
): readonly TimeShare[] =>
  timeNorms(layers, time).flatMap(({ path, norms }) => {
    const [first = NaN, last = NaN] = [norms.at(0), norms.at(-1)];
    return last > 0 && Number.isFinite(last) && Number.isFinite(first)
      ? [{ path, steps: norms.length, logShare: Math.log10(first / last) }]
      : [];
  });
