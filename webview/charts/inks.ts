import { css, rampColour, runColour, shareColour } from "../scale.ts";
import { faded } from "../theme.ts";
import type { Theme } from "../theme.ts";
import type { Ink, Series } from "./chart.ts";
import { nonfiniteFill } from "./patterns.ts";
import type { Shape } from "./points.ts";

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

export const runOf = ({ ink }: Series): ReturnType<typeof runMark> | undefined =>
  typeof ink === "object" && "run" in ink ? runMark(ink.run) : undefined;

/** The sizes of the markers along the line of a run. */
export function markers(points: number): (i: number) => number {
  const every = Math.ceil(points / MOST_MARKERS);
  const from = Math.floor(every / 2);
  return (i) => (points === 1 || i % every === from ? 3 : 0);
}

/** Above so many layers, points of a healthy share would cover the line with their neutral colour. */
export const MANY = 60;

/** Sizes of the points along a line, where any is drawn. */
export function radii(series: Series, points: number): ((i: number) => number) | undefined {
  const shares = sharesOf(series);
  if (points === 1) return () => 3;
  if (!shares) return undefined;
  return points > MANY ? (i) => (Math.abs(shares[i] ?? NaN) < 1 ? 0 : 2) : () => 3;
}

export const sharesOf = ({ ink }: Series): readonly number[] | undefined =>
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
export function inks(series: Series, theme: Theme): (i: number) => string {
  const shares = sharesOf(series);
  const one = colour(series, theme);
  return shares ? (i) => css(shareColour(shares[i] ?? NaN, theme.kind)) : () => one;
}

/** Bars are wide enough for the pattern that says "not finite" without the colour. */
export function barInks(series: Series, theme: Theme): (i: number) => string | CanvasPattern {
  const shares = sharesOf(series);
  const inkOf = inks(series, theme);
  return (i) => (shares?.[i] === Infinity ? nonfiniteFill(theme.kind) : inkOf(i));
}
