import { css, rampColour, runColour, shareColour } from "../scale.ts";
import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { position } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { Ink, LinesPlot, Series } from "./chart.ts";
import type { Stage } from "./overlay.ts";
import { nonfiniteFill } from "./patterns.ts";

/** Draws what a plot shows; what comes later lies on top. */
export function drawSeries(stage: Stage, { series }: LinesPlot, theme: Theme): void {
  stage.ctx.save();
  for (const one of series) STYLES[one.draw](stage, one, theme);
  stage.ctx.restore();
}

/** Pixels of points, one after the other; NaN where a point has no place. */
interface Placed {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

function place(
  { axes, xOf, yOf, rightOf }: Stage,
  { points, right }: Series,
  end: "y" | "low" = "y",
): Placed {
  const axis: Axis = (right ? axes.y2 : axes.y) ?? axes.y;
  const pixelOf = right ? rightOf : yOf;
  const [xs, ys] = [new Float64Array(points.length), new Float64Array(points.length)];
  points.forEach((point, i) => {
    xs[i] = xOf(point.x);
    ys[i] = pixelOf(position(axis, point[end] ?? NaN));
  });
  return { xs, ys };
}

type Style = (stage: Stage, series: Series, theme: Theme) => void;

const STYLES: Readonly<Record<Series["draw"], Style>> = {
  line(stage, series, theme) {
    const placed = place(stage, series);
    const count = series.points.length;
    const run = runOf(series);
    stage.ctx.strokeStyle = colour(series, theme);
    stage.ctx.lineWidth = run ? 1.25 : 1.75;
    stroke(stage, placed, series.bridged ?? false, run?.dash ?? []);
    drawPoints(stage, placed, {
      shape: run?.marker ?? "circle",
      radius: run ? markers(count) : radii(series, count),
      fill: inks(series, theme),
    });
  },
  thin(stage, series, theme) {
    stage.ctx.strokeStyle = colour(series, theme);
    stage.ctx.lineWidth = 1;
    stroke(stage, place(stage, series), series.bridged ?? false);
  },
  dots: (stage, series, theme) =>
    drawPoints(stage, place(stage, series), {
      shape: "circle",
      radius: () => 2.5,
      fill: inks(series, theme),
    }),
  diamonds(stage, series, theme) {
    const size = series.points.length > MANY ? 2.5 : 3.5;
    drawPoints(stage, place(stage, series), {
      shape: "rectRot",
      radius: () => size,
      line: inks(series, theme),
      width: 1.25,
    });
  },
  band(stage, series, theme) {
    stage.ctx.fillStyle = faded(colour(series, theme), 0.16);
    fillBetween(stage, place(stage, series), place(stage, series, "low").ys);
  },
  bars: drawBars,
  marks(stage, series, theme) {
    const crosses = sharesOf(series) !== undefined;
    drawPoints(stage, place(stage, series), {
      shape: crosses ? "cross" : "tick",
      radius: () => 4,
      line: inks(series, theme),
      width: crosses ? 2.5 : 1,
    });
  },
  above: (stage, series, theme) => drawArrows(stage, series, theme, "up"),
  below: (stage, series, theme) => drawArrows(stage, series, theme, "down"),
};

/** Points out of the axis that the line leaves at this edge. */
const drawArrows = (stage: Stage, series: Series, theme: Theme, shape: "up" | "down"): void =>
  drawPoints(stage, place(stage, series), { shape, radius: () => 4, fill: inks(series, theme) });

/** Draws within the axes only. */
function within({ ctx, area }: Stage, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
  ctx.clip();
  draw();
  ctx.restore();
}

/** A line from point to point, with a gap where one has no place; `bridged`: without. */
function stroke(stage: Stage, { xs, ys }: Placed, bridged: boolean, dash: readonly number[] = []): void {
  const { ctx } = stage;
  within(stage, () => {
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    let isDown = false;
    xs.forEach((x, i) => {
      const y = ys[i] ?? NaN;
      if (!Number.isFinite(y)) isDown &&= bridged;
      else if (isDown) ctx.lineTo(x, y);
      else {
        ctx.moveTo(x, y);
        isDown = true;
      }
    });
    ctx.stroke();
  });
}

/** The area between two lines, as far as both have a place. */
function fillBetween(stage: Stage, { xs, ys }: Placed, lows: Float64Array): void {
  const { ctx } = stage;
  const isThere = (i: number): boolean => Number.isFinite(ys[i]) && Number.isFinite(lows[i]);
  within(stage, () => {
    ctx.beginPath();
    for (let from = 0; from < xs.length; from++) {
      if (!isThere(from)) continue;
      let to = from;
      while (to + 1 < xs.length && isThere(to + 1)) to++;
      ctx.moveTo(xs[from] ?? NaN, lows[from] ?? NaN);
      for (let i = from; i <= to; i++) ctx.lineTo(xs[i] ?? NaN, ys[i] ?? NaN);
      for (let i = to; i > from; i--) ctx.lineTo(xs[i] ?? NaN, lows[i] ?? NaN);
      from = to;
    }
    ctx.fill();
  });
}

/** What a bar takes of its layer's width, in pixels at most, and how long one is at least. */
const [BAR_WIDTH, WIDEST_BAR, SHORTEST_BAR] = [0.82, 28, 2] as const;

/** Bars from the base line at 0, the position of a gain of 1. */
function drawBars(stage: Stage, series: Series, theme: Theme): void {
  const { ctx, xOf, yOf } = stage;
  const { xs, ys } = place(stage, series);
  const width = Math.min(WIDEST_BAR, BAR_WIDTH * (xOf(1) - xOf(0)));
  const inkOf = barInks(series, theme);
  const base = yOf(0);
  within(stage, () => {
    xs.forEach((x, i) => {
      const y = ys[i] ?? NaN;
      if (!Number.isFinite(y)) return;
      const missing = Math.max(0, SHORTEST_BAR - Math.abs(y - base));
      const top = Math.min(y, base) - (y < base ? missing : y > base ? 0 : missing / 2);
      ctx.fillStyle = inkOf(i);
      ctx.fillRect(x - width / 2, top, width, Math.abs(y - base) + missing);
    });
  });
}

/** Adds a shape of this size to the path. */
const SHAPES = {
  circle(ctx, x, y, r) {
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  },
  rect: (ctx, x, y, r) => outline(ctx, x, y, r * Math.SQRT1_2, [-1, -1, 1, -1, 1, 1, -1, 1]),
  rectRot: (ctx, x, y, r) => outline(ctx, x, y, r, [0, -1, 1, 0, 0, 1, -1, 0]),
  up: (ctx, x, y, r) => outline(ctx, x, y, r, [0, -1, COS_30, 0.5, -COS_30, 0.5]),
  down: (ctx, x, y, r) => outline(ctx, x, y, r, [0, 1, COS_30, -0.5, -COS_30, -0.5]),
  tick(ctx, x, y, r) {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x, y + r);
  },
  cross(ctx, x, y, r) {
    for (const way of [1, -1]) {
      ctx.moveTo(x - r * Math.SQRT1_2, y - way * r * Math.SQRT1_2);
      ctx.lineTo(x + r * Math.SQRT1_2, y + way * r * Math.SQRT1_2);
    }
  },
} as const satisfies Record<string, (ctx: CanvasRenderingContext2D, x: number, y: number, r: number) => void>;

type Shape = keyof typeof SHAPES;

const COS_30 = Math.sqrt(3) / 2;

function outline(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  corners: readonly number[],
): void {
  for (let i = 0; i < corners.length; i += 2) {
    const [across, down] = [x + size * (corners[i] ?? 0), y + size * (corners[i + 1] ?? 0)];
    if (i === 0) ctx.moveTo(across, down);
    else ctx.lineTo(across, down);
  }
  ctx.closePath();
}

interface PointStyle {
  readonly shape: Shape;
  /** Of the i-th point; 0: none is drawn. */
  readonly radius: (i: number) => number;
  readonly fill?: (i: number) => string;
  readonly line?: (i: number) => string;
  readonly width?: number;
}

/** Points within the axes, whole where they lie at an edge; neighbours of one colour in one go. */
function drawPoints({ ctx, area }: Stage, { xs, ys }: Placed, style: PointStyle): void {
  const { shape, radius, fill, line, width = 1 } = style;
  let ink: string | undefined;
  const finish = (): void => {
    if (ink === undefined) return;
    if (fill) ctx.fill();
    else ctx.stroke();
  };
  ctx.lineWidth = width;
  xs.forEach((x, i) => {
    const [y, r] = [ys[i] ?? NaN, radius(i)];
    const isInside = x > area.left - 1 && x < area.right + 1 && y > area.top - 1 && y < area.bottom + 1;
    if (!isInside || r === 0) return;
    const next = (fill ?? line)?.(i) ?? "";
    if (next !== ink) {
      finish();
      ink = ctx[fill ? "fillStyle" : "strokeStyle"] = next;
      ctx.beginPath();
    }
    SHAPES[shape](ctx, x, y, r);
  });
  finish();
}

/** How the line of a run under the shown one is drawn, whatever its colour. */
export const runMark = (
  place: number,
): { readonly dash: readonly number[]; readonly marker: (typeof MARKERS)[number] } => ({
  dash: DASHES[place % DASHES.length] ?? [],
  marker: MARKERS[place % MARKERS.length] ?? "circle",
});

const DASHES = [
  [6, 3],
  [2, 2],
  [9, 3, 2, 3],
] as const;

const MARKERS = ["circle", "up", "rect", "rectRot"] as const satisfies readonly Shape[];

/** Markers along a line, at most. */
const MOST_MARKERS = 8;

const runOf = ({ ink }: Series): ReturnType<typeof runMark> | undefined =>
  typeof ink === "object" && "run" in ink ? runMark(ink.run) : undefined;

/** The sizes of the markers along the line of a run. */
function markers(points: number): (i: number) => number {
  const every = Math.ceil(points / MOST_MARKERS);
  const from = Math.floor(every / 2);
  return (i) => (points === 1 || i % every === from ? 3 : 0);
}

/** Above so many layers, points of a healthy share would cover the line with their neutral colour. */
const MANY = 60;

function radii(series: Series, points: number): (i: number) => number {
  const shares = sharesOf(series);
  if (points === 1) return () => 3;
  if (!shares) return () => 0;
  return points > MANY ? (i) => (Math.abs(shares[i] ?? NaN) < 1 ? 0 : 2) : () => 3;
}

const sharesOf = ({ ink }: Series): readonly number[] | undefined =>
  typeof ink === "object" && "shares" in ink ? ink.shares : undefined;

/** The colour of a line, or of all marks alike. */
export function colour({ ink, draw }: Series, theme: Theme): string {
  if (draw === "thin") return faded(plain(ink, theme), 0.4);
  return plain(ink, theme);
}

function plain(ink: Ink, theme: Theme): string {
  if (ink === "second") return theme.second;
  if (typeof ink === "object" && "run" in ink) return css(runColour(ink.run, theme.kind));
  if (typeof ink === "object" && "ramp" in ink) return css(rampColour(ink.ramp, theme.kind));
  return theme.foreground;
}

/** The colour of the i-th point. */
function inks(series: Series, theme: Theme): (i: number) => string {
  const shares = sharesOf(series);
  const one = colour(series, theme);
  return shares ? (i) => css(shareColour(shares[i] ?? NaN, theme.kind)) : () => one;
}

/** Bars are wide enough for the pattern that says "not finite" without the colour. */
function barInks(series: Series, theme: Theme): (i: number) => string | CanvasPattern {
  const shares = sharesOf(series);
  const inkOf = inks(series, theme);
  return (i) => (shares?.[i] === Infinity ? nonfiniteFill(theme.kind) : inkOf(i));
}
