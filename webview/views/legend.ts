import { t } from "../../src/l10n/translate.ts";
import { css, rampColour, shareColour } from "../scale.ts";
import { element, setText } from "../dom.ts";
import type { Theme } from "../theme.ts";
import { count, powerOfTen } from "../../src/insight/format.ts";
import type { BrokenPlace, Plot, Series } from "../charts/chart.ts";
import { colour } from "../charts/inks.ts";
import { inkOn } from "../charts/patterns.ts";
import { runSwatch } from "./runSwatch.ts";
import { words } from "./words.ts";

/** What the marks of a plot are called, beside a sample of each; the colour bar of a heat map. */
export interface Legend {
  readonly element: HTMLElement;
  /** The marks. */
  draw(plot: Plot, theme: Theme): void;
  /** What is left out, which may be figures that change with every step. */
  tell(plot: Plot): void;
}

export function legend(): Legend {
  const note = element("span", { class: "note", hidden: true });
  const root = element("div", { class: "legend", "aria-hidden": "true" });
  let [shown, colours]: [string, Theme | undefined] = ["", undefined];
  return {
    element: root,
    tell(plot) {
      note.hidden = plot.note === undefined;
      setText(note, plot.note ?? "");
    },
    draw(plot, theme) {
      const items = plot.kind === "lines" ? plot.series.flatMap((series) => itemOf(series, theme)) : [];
      const key = JSON.stringify([plot.kind === "heat" && plot.paint, items, plot.broke]);
      if (key === shown && theme === colours) return;
      [shown, colours] = [key, theme];
      root.replaceChildren(
        ...(plot.kind === "heat" ? heatLegend(plot.paint, theme) : []),
        ...items.map(sample),
        ...(plot.broke ? [sample(breakItem(plot.broke, theme))] : []),
        note,
      );
    },
  };
}

export interface Item {
  readonly label: string;
  /** Which of the style sheet's samples. */
  readonly swatch: string;
  /** A colour, or for bars of many colours a gradient over those that they have. */
  readonly ink: string;
  /** The place of the run under the shown one whose line it is. */
  readonly run?: number;
}

/** What the legend of a plot names, where it is told outside of the panel. */
export const itemsOf = (plot: Plot, theme: Theme): readonly Item[] => [
  ...(plot.kind === "lines" ? plot.series.flatMap((series) => itemOf(series, theme)) : []),
  ...(plot.broke ? [breakItem(plot.broke, theme)] : []),
];

function itemOf(series: Series, theme: Theme): readonly Item[] {
  const { label, draw, ink } = series;
  if (label === undefined) return [];
  const shares = typeof ink === "object" && "shares" in ink ? ink.shares : undefined;
  if (draw === "marks" && shares) return [{ label, swatch: "cross", ink: nonfiniteColour(theme) }];
  if (draw === "bars" && shares) return [{ label, swatch: "bars", ink: gradientOf(shares, theme) }];
  const run = typeof ink === "object" && "run" in ink ? ink.run : undefined;
  return [
    { label, swatch: draw, ink: colour(series, theme), ...(run !== undefined && draw === "line" && { run }) },
  ];
}

const breakItem = ({ step }: BrokenPlace, theme: Theme): Item => ({
  label: t`NaN or ∞ at step ${count(step)}`,
  swatch: "cross",
  ink: nonfiniteColour(theme),
});

const nonfiniteColour = (theme: Theme): string => css(shareColour(Infinity, theme.kind));

/** The colours of the least share to the greatest, in whole decades so that it holds still while they move. */
function gradientOf(shares: readonly number[], { kind }: Theme): string {
  const known = shares.filter((share) => !Number.isNaN(share) && share !== Infinity).map(Math.round);
  const ends = known.length > 0 ? [Math.min(...known), Math.max(...known)] : [0, 0];
  return `linear-gradient(to right, ${ends.map((share) => css(shareColour(share, kind))).join(", ")})`;
}

function sample({ label, swatch, ink, run }: Item): HTMLElement {
  const picture = run === undefined ? element("span", { class: `swatch swatch-${swatch}` }) : runSwatch(run);
  picture.style.setProperty("--ink", ink);
  return element("span", { class: "legend-item" }, [picture, element("span", {}, words(label))]);
}

/** Decades that the colour bar is labelled at. */
const LABELLED = [-12, -6, -3, 0, 3, 6, 12];

function heatLegend(paint: "share" | "ramp", theme: Theme): readonly HTMLElement[] {
  if (paint === "ramp") {
    const ends = [0, 1].map((t) => css(rampColour(t, theme.kind)));
    const ink = `linear-gradient(to right, ${ends.join(", ")})`;
    return [sample({ label: t`|∂L/∂θ| of a layer's elements, from rare to frequent`, swatch: "ramp", ink })];
  }
  const stops = Array.from({ length: 25 }, (_, i) => css(shareColour(i - 12, theme.kind)));
  const bar = element("div", { class: "colour-bar" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const labels = LABELLED.map((decade) => {
    const label = element("span", { class: `colour-label${Math.abs(decade) === 3 ? " minor" : ""}` }, [
      powerOfTen(decade),
    ]);
    label.style.left = `${((decade + 12) / 24) * 100}%`;
    return label;
  });
  const special = element("span", { class: "swatch swatch-nonfinite" });
  special.style.setProperty("--ink", nonfiniteColour(theme));
  special.style.setProperty("--hatch", inkOn(theme.kind));
  return [
    element("div", { class: "colour-scale" }, [bar, element("div", { class: "colour-labels" }, labels)]),
    element("span", { class: "legend-item" }, [special, "NaN, ∞"]),
  ];
}
