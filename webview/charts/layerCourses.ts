import { t } from "../../src/l10n/translate.ts";
import { cellOf, COLUMN, statOf, type Frame, type Stat } from "../../src/protocol/frame.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { count, figure } from "../../src/insight/format.ts";
import { typical } from "../../src/insight/typical.ts";
import { noFigure } from "../nonFinite.ts";
import { whole, type View } from "../view.ts";
import { logAxis, stepsAxis } from "./axis.ts";
import type { Chart, Point, Series } from "./chart.ts";
import { leftOut, MOST_POINTS, pointsAt, rowsWith, some, spread } from "./overSteps.ts";

/** What is to be said of one statistic of all layers over the steps. */
interface About {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly stat: Stat;
  readonly symbol: string;
  /** Where it should lie, for the eye. */
  readonly around?: { readonly label: string; readonly low: number; readonly high: number };
}

/** Layers that have a line of their own. */
const LINES = 6;

/** A line for some layers from the first to the last, in a band that spans all. */
export function layerCourses({ id, title, hint, stat, symbol, around }: About): Chart {
  const rowsOf = ({ layers }: View): readonly number[] => rowsWith(layers, stat);
  const framesOf = (view: View, lines: number): readonly Frame[] =>
    some(whole(view).history, MOST_POINTS / (lines + 2));
  const nameOf = ({ layers }: View, row: number): string => layerName(layers[row]?.path ?? "");

  return {
    id,
    title,
    hint,
    applies: (view) =>
      framesOf(view, LINES).some((frame) => Number.isFinite(rangeAt(frame, rowsOf(view), stat).y)),

    reading(view) {
      const values = typical(view, stat);
      const known = rowsOf(view).filter((row) => Number.isFinite(values[row]));
      const by = (a: number, b: number): number => (values[a] ?? NaN) - (values[b] ?? NaN);
      const [least, most] = [known.toSorted(by)[0], known.toSorted(by).at(-1)];
      if (least === undefined || most === undefined)
        return noFigure(view, t`No layer has a finite ${symbol}`);
      const tell = (row: number): string => t`${figure(values[row] ?? NaN)} at ${nameOf(view, row)}`;
      return least === most
        ? t`${symbol} is ${tell(least)}`
        : t`${symbol} from ${tell(least)} to ${tell(most)}`;
    },

    plot(view) {
      const rows = rowsOf(view);
      const picked = spread(rows, LINES);
      const frames = framesOf(view, picked.length);
      const lines = picked.map((row, i) => ({
        label: nameOf(view, row),
        draw: "line" as const,
        ink: { ramp: picked.length === 1 ? 1 : 0.3 + (0.7 * i) / (picked.length - 1) },
        points: pointsAt(frames, row, stat),
      }));
      const band = frames.map((frame) => rangeAt(frame, rows, stat));
      const values = [
        ...band.flatMap(({ y, low = NaN }) => [y, low]),
        ...(around ? [around.low, around.high] : []),
      ];
      const left = leftOut(whole(view).history, frames);
      return {
        kind: "lines",
        x: stepsAxis(whole(view)),
        y: logAxis(symbol, values),
        series: [...guide(around, frames), ...(rows.length > 1 ? [bandOf(band, rows.length)] : []), ...lines],
        stops: frames.map(({ step }) => step),
        ...(left !== undefined && { note: t`drawn at ${left}` }),
      };
    },

    describe(view, { x }) {
      const frame = nearest(whole(view).history.frames(), x);
      if (!frame) return { title: "", rows: [] };
      const rows = rowsOf(view);
      const { low = NaN, y } = rangeAt(frame, rows, stat);
      return {
        title: t`Step ${count(frame.step)}`,
        rows: [
          ...spread(rows, LINES).map((row) => [nameOf(view, row), figure(statOf(frame, row, stat))] as const),
          ...(rows.length > LINES ? [[t`all layers`, `${figure(low)} … ${figure(y)}`] as const] : []),
        ],
      };
    },

    table(view) {
      const rows = rowsOf(view);
      return {
        columns: ["step", ...rows.map((row) => view.layers[row]?.path ?? "")],
        rows: whole(view)
          .history.frames()
          .map((frame) => [frame.step, ...rows.map((row) => statOf(frame, row, stat))]),
      };
    },
  };
}

/** The frame that lies nearest to a step. */
export const nearest = (frames: readonly Frame[], x = Infinity): Frame | undefined =>
  x === Infinity
    ? frames.at(-1)
    : frames.reduce<Frame | undefined>(
        (best, frame) => (best && Math.abs(best.step - x) <= Math.abs(frame.step - x) ? best : frame),
        undefined,
      );

const ranges = new WeakMap<Frame, Map<Stat, Point>>();

/** The least and the greatest figure of a step, looked for once: frames never change. */
function rangeAt(frame: Frame, rows: readonly number[], stat: Stat): Point {
  const known = ranges.get(frame) ?? new Map<Stat, Point>();
  ranges.set(frame, known);
  const range = known.get(stat) ?? newRangeAt(frame, rows, stat);
  known.set(stat, range);
  return range;
}

function newRangeAt(frame: Frame, rows: readonly number[], stat: Stat): Point {
  const column = COLUMN[stat];
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    const value = cellOf(frame, row, column);
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { x: frame.step, y: high, low } : { x: frame.step, y: NaN, low: NaN };
}

const bandOf = (points: readonly Point[], layers: number): Series => ({
  label: t`all ${count(layers)} layers`,
  draw: "band",
  ink: "main",
  points,
});

function guide(around: About["around"], frames: readonly Frame[]): readonly Series[] {
  const [first, last] = [frames[0], frames.at(-1)];
  if (!around || !first || !last) return [];
  const points = [0, Math.max(1, last.step)].map((x) => ({ x, y: around.high, low: around.low }));
  return [{ label: around.label, draw: "band", ink: "second", points }];
}

export const updates = layerCourses({
  id: "updates",
  title: t`Update : weight`,
  hint: t`‖Δθ‖ / ‖θ‖ of each step, by layer: around 10⁻³ weights move at a good pace; far below they stand still, far above they are thrown about. Lines from the first layer (faint) to the last (strong).`,
  stat: "update_ratio",
  symbol: "‖Δθ‖ / ‖θ‖",
  around: { label: t`around 10⁻³`, low: 10 ** -3.5, high: 10 ** -2.5 },
});

export const weights = layerCourses({
  id: "weights",
  title: t`Weights`,
  hint: t`‖θ‖ of each layer before the step's update. Weights that only grow make their own updates small. Lines from the first layer (faint) to the last (strong).`,
  stat: "weight_norm",
  symbol: "‖θ‖",
});
