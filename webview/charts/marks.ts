import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import { position } from "./axis.ts";
import type { Axis } from "./axis.ts";
import type { LinesPlot, Series } from "./chart.ts";
import { barInks, colour, inks, MANY, markers, radii, runOf, sharesOf } from "./inks.ts";
import type { Stage } from "./overlay.ts";
import { drawPoints, type Placed } from "./points.ts";

/** Draws what a plot shows; what comes later lies on top. */
export function drawSeries(stage: Stage, { series }: LinesPlot, theme: Theme): void {
  stage.ctx.save();
  for (const one of series) STYLES[one.draw](stage, one, theme);
  stage.ctx.restore();
}

const place = (stage: Stage, series: Series): Placed => ({
  xs: placesOf(series, "x", stage.xOf),
  ys: heights(stage, series, "y"),
});

function heights({ axes, yOf, rightOf }: Stage, series: Series, end: "y" | "low"): Float64Array {
  const axis: Axis = (series.right ? axes.y2 : axes.y) ?? axes.y;
  const pixelOf = series.right ? rightOf : yOf;
  return placesOf(series, end, (value) => pixelOf(position(axis, value)));
}

function placesOf(
  { points }: Series,
  of: "x" | "y" | "low",
  pixelOf: (value: number) => number,
): Float64Array {
  const pixels = new Float64Array(points.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixelOf(points[i]?.[of] ?? NaN);
  return pixels;
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
    fillBetween(stage, place(stage, series), heights(stage, series, "low"));
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
    for (let i = 0; i < xs.length; i++) {
      const [x, y] = [xs[i] ?? NaN, ys[i] ?? NaN];
      if (!Number.isFinite(y)) isDown &&= bridged;
      else if (isDown) ctx.lineTo(x, y);
      else {
        ctx.moveTo(x, y);
        isDown = true;
      }
    }
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
    for (let i = 0; i < xs.length; i++) {
      const [x, y] = [xs[i] ?? NaN, ys[i] ?? NaN];
      if (!Number.isFinite(y)) continue;
      const missing = Math.max(0, SHORTEST_BAR - Math.abs(y - base));
      const top = Math.min(y, base) - (y < base ? missing : y > base ? 0 : missing / 2);
      ctx.fillStyle = inkOf(i);
      ctx.fillRect(x - width / 2, top, width, Math.abs(y - base) + missing);
    }
  });
}
