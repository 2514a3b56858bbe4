import { counted, figure } from "../../src/insight/format.ts";
import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { noFigure } from "../nonFinite.ts";
import { timeNorms, timeShares } from "../../src/insight/throughTime.ts";
import type { View } from "../view.ts";
import { logAxis } from "./axis.ts";
import type { Chart } from "./chart.ts";

export const throughTime: Chart = {
  id: "through-time",
  title: t`Through time`,
  hint: t`‖∂L/∂h_t‖ at every time step of a recurrent layer, at the latest step of training. A line that falls to the left: the layer cannot learn from what lies that far back.`,

  applies: (view) => normsOf(view).length > 0,

  reading(view) {
    const worst = timeShares(view.layers, shownFrame(view.history)?.time).toSorted(
      (a, b) => a.logShare - b.logShare,
    )[0];
    if (!worst) return noFigure(view, t`The gradient is exactly 0 at the last time step`);
    return t`${figure(10 ** worst.logShare, 1)} of it gets back over the ${counted(worst.steps, "step")} of ${layerName(worst.path)}`;
  },

  plot(view) {
    const lines = normsOf(view);
    const steps = Math.max(2, ...lines.map(({ norms }) => norms.length));
    return {
      kind: "lines",
      x: { kind: "linear", title: t`Time step`, prefix: "t = ", counts: "time steps", min: 1, max: steps },
      y: logAxis(
        "‖∂L/∂h_t‖",
        lines.flatMap(({ norms }) => [...norms]),
      ),
      series: lines.map(({ path, norms }, i) => ({
        label: layerName(path),
        draw: "line",
        ink: { ramp: lines.length === 1 ? 1 : 0.35 + (0.65 * i) / (lines.length - 1) },
        points: Array.from(norms, (y, t) => ({ x: t + 1, y })),
      })),
    };
  },

  describe(view, { x = 1 }) {
    const time = Math.max(1, Math.round(x));
    return {
      title: t`Time step ${time}`,
      rows: normsOf(view).map(({ path, norms }) => [layerName(path), figure(norms[time - 1] ?? NaN)]),
    };
  },

  table(view) {
    const lines = normsOf(view);
    const steps = Math.max(0, ...lines.map(({ norms }) => norms.length));
    return {
      columns: ["time step", ...lines.map(({ path }) => path)],
      rows: Array.from({ length: steps }, (_, t) => [t + 1, ...lines.map(({ norms }) => norms[t] ?? NaN)]),
    };
  },
};

const normsOf = ({ layers, history }: View): ReturnType<typeof timeNorms> =>
  timeNorms(layers, shownFrame(history)?.time);
