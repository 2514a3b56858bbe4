import type { Axis, LayersAxis, LinearAxis } from "./axis.ts";
import type { View } from "../view.ts";

/** What the panel shows of a run in one of its sections: pure functions. */
export interface Part {
  /** Stable: the view's state goes by it. */
  readonly id: string;
  readonly title: string;
  /** What the marks are and how to read them, for the title's tooltip. */
  readonly hint: string;
  /** False where the run has nothing of the kind; the section is not there then. */
  readonly applies?: (view: View) => boolean;
  /** What it shows, in one line with numbers. */
  readonly reading: (view: View) => string;
  /** The figures for a screen reader and for those who want to look one up. */
  readonly table: (view: View) => Table;
  /** All figures, where the table shows only some. */
  readonly data?: (view: View) => Table;
}

/** A statistic made visible. `mount.ts` draws it. */
export interface Chart extends Part {
  readonly plot: (view: View) => Plot;
  /** The figures at a place of the plot. */
  readonly describe: (view: View, place: Place) => Figures;
}

export const isChart = (part: Part): part is Chart => "plot" in part;

/** Where the pointer or the keyboard is: on a layer, at a position along the other axis, or both. */
export interface Place {
  readonly layer?: number;
  readonly x?: number;
  /** Along the vertical axis, where that is not one of layers. */
  readonly y?: number;
}

/** Names and figures under a heading, as a tooltip shows them and a screen reader says them. */
export interface Figures {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

export type Plot = (LinesPlot | HeatPlot) & {
  /** Where the run broke; `views/plot.ts` adds it to every plot. */
  readonly broke?: BrokenPlace;
  /** What is left out of it, and how. */
  readonly note?: string;
};

/** The step with the first NaN or ∞, and the layer that had it, by its index, where it was a layer. */
export interface BrokenPlace {
  readonly step: number;
  readonly layer?: number;
}

/** Lines, points and bars over layers, steps or time. */
export interface LinesPlot {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  /** The axis on the right, of the series that say so. */
  readonly right?: RightAxis;
  readonly series: readonly Series[];
  /** Where the keyboard stops along `x`; absent: at every point of the longest line. */
  readonly stops?: readonly number[];
}

/** A logarithmic axis with its 1 where that of `y` is, and every decade a whole number of times as tall. */
export interface RightAxis {
  readonly title: string;
  /** Decades on this axis for each on the left. */
  readonly times: number;
}

/** A rectangle of cells under a colour scale: layers, or time steps, from top to bottom. */
export interface HeatPlot {
  readonly kind: "heat";
  readonly x: Axis;
  readonly y: LayersAxis | LinearAxis;
  readonly paint: "share" | "ramp";
  /** Column by column, each from the first row to the last: log₁₀ of a share, or 0…1 for a ramp. */
  readonly cells: readonly (readonly number[])[];
  /** Left edge of each column and right edge of the last, in units of `x`. */
  readonly edges: readonly number[];
}

export interface Series {
  /** What the legend calls it; a series without a label is not in the legend. */
  readonly label?: string;
  readonly draw: "line" | "thin" | "dots" | "diamonds" | "band" | "bars" | "marks" | "above" | "below";
  readonly ink: Ink;
  readonly points: readonly Point[];
  /** Goes by the axis on the right. */
  readonly right?: boolean;
  /** Draws on over missing points. */
  readonly bridged?: boolean;
}

/** A colour by its meaning; `shares` colours each point or bar by what of the gradient reaches its layer (log₁₀). */
export type Ink =
  | "main"
  | "second"
  | { readonly ramp: number }
  | { readonly shares: readonly number[] }
  /** Of the n-th run that lies under the shown one. */
  | { readonly run: number };

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Lower end of a band, whose upper end is `y`. */
  readonly low?: number;
}

/** All heights that an axis has to show: of every point, and both of a band. */
export function heightsOf(series: readonly Pick<Series, "points">[]): readonly number[] {
  const heights: number[] = [];
  for (const { points } of series)
    for (const { y, low } of points) {
      heights.push(y);
      if (low !== undefined) heights.push(low);
    }
  return heights;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}
