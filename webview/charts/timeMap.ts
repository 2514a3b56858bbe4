import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { shownFrame } from "../../src/insight/finite.ts";
import { count, figure } from "../../src/insight/format.ts";
import { partOf } from "../../src/insight/share.ts";
import { timeNorms, timeShares, type TimeNorms } from "../../src/insight/throughTime.ts";
import { noFigure } from "../nonFinite.ts";
import { whole, type View } from "../view.ts";
import { stepsAxis } from "./axis.ts";
import type { Chart, HeatPlot } from "./chart.ts";
import { nearest } from "./layerCourses.ts";
import { leftOut, some } from "./overSteps.ts";

/** Columns at most: the screen has no more. */
const COLUMNS = 400;

export const timeMap: Chart = {
  id: "time-map",
  title: t`Through time, over the steps`,
  hint: t`The share of the last time step's gradient that gets back to each time step of a recurrent layer, ‖∂L/∂h_t‖ / ‖∂L/∂h_T‖, over the steps of training: blue vanishes, red explodes. The first time step is on top.`,

  applies: (view) => normsAt(view, whole(view).history.latest()?.time) !== undefined,

  reading(view) {
    const share = timeShares(view.layers, shownFrame(view.history)?.time).find(
      ({ path }) => path === normsAt(view, shownFrame(view.history)?.time)?.path,
    );
    if (!share) return noFigure(view, t`The gradient is exactly 0 at the last time step`);
    return t`${layerName(share.path)}: the first time step gets ${partOf(share.logShare)} the last one's`;
  },

  plot(shown) {
    const view = whole(shown);
    const frames = some(view.history, COLUMNS).filter(({ time }) => time);
    const columns = frames.map(({ time }) => normsAt(view, time));
    const steps = Math.max(1, ...columns.map((one) => one?.norms.length ?? 0));
    const left = leftOut(view.history, frames);
    return {
      kind: "heat",
      x: stepsAxis(view),
      y: {
        kind: "linear",
        title: t`Time step`,
        prefix: "t = ",
        counts: "time steps",
        min: 0.5,
        max: steps + 0.5,
        downwards: true,
      },
      paint: "share",
      cells: columns.map((one) => sharesOf(one)),
      edges: edgesOf(frames.map(({ step }) => step)),
      ...(left !== undefined && { note: t`drawn at ${left}` }),
    };
  },

  describe(view, { x, y = NaN }) {
    const frame = nearest(whole(view).history.frames(), x);
    const found = frame && normsAt(view, frame.time);
    const time = Math.round(y);
    if (!found || !(time >= 1)) return { title: "", rows: [] };
    const [norm, last] = [found.norms[time - 1] ?? NaN, found.norms.at(-1) ?? NaN];
    return {
      title: t`${layerName(found.path)}, step ${count(frame.step)}, t = ${time}`,
      rows: [
        ["‖∂L/∂h_t‖", figure(norm)],
        [t`of the last time step's`, figure(norm / last)],
      ],
    };
  },

  table(view) {
    const frames = whole(view).history.frames();
    const norms = frames.map(({ time }) => normsAt(view, time)?.norms ?? new Float64Array(0));
    const steps = norms.reduce((most, { length }) => Math.max(most, length), 0);
    return {
      columns: ["step", ...Array.from({ length: steps }, (_, t) => `t=${t + 1}`)],
      rows: frames.map(({ step }, i) => [
        step,
        ...Array.from({ length: steps }, (_, t) => norms[i]?.[t] ?? NaN),
      ]),
    };
  },
};

/** Of the recurrent layer whose page is open, or else of the first. */
function normsAt({ layers, page }: View, time: Float64Array | undefined): TimeNorms | undefined {
  const all = timeNorms(layers, time);
  return all.find(({ layer }) => layer === page) ?? all[0];
}

function sharesOf(of: TimeNorms | undefined): readonly number[] {
  if (!of) return [];
  const last = of.norms.at(-1) ?? NaN;
  return Array.from(of.norms, (norm) => {
    if (!Number.isFinite(norm) || !Number.isFinite(last)) return Infinity;
    return norm === 0 ? -Infinity : Math.log10(norm / last);
  });
}

/** A frame's column reaches to the next frame; the first begins one step before. */
const edgesOf = (steps: readonly number[]): HeatPlot["edges"] => [
  ...(steps.length > 0 ? [(steps[0] ?? 1) - 1] : [0]),
  ...steps
    .slice(0, -1)
    .map((_, i) => steps[i + 1] ?? 0)
    .map((next) => next - 1),
  ...steps.slice(-1),
];
