import { css, shareColour } from "../scale.ts";
import { element } from "../dom.ts";
import type { Theme } from "../theme.ts";
import { powerOfTen } from "../format.ts";
import type { Plot, Series } from "../charts/chart.ts";
import { colour } from "../charts/datasets.ts";
import { faded } from "../theme.ts";

/** What the marks of a plot are called, beside a sample of each; the colour bar of a heat map. */
export interface Legend {
  readonly element: HTMLElement;
  update(plot: Plot, theme: Theme): void;
}

export function legend(): Legend {
  const root = element("div", { class: "legend", "aria-hidden": "true" });
  let shown = "";
  return {
    element: root,
    update(plot, theme) {
      const items = plot.kind === "lines" ? plot.series.filter(({ label }) => label !== undefined) : [];
      const key = JSON.stringify([
        plot.kind === "heat" && plot.paint,
        items.map(({ label, draw }) => [label, draw]),
        theme,
      ]);
      if (key === shown) return;
      shown = key;
      root.replaceChildren(
        ...(plot.kind === "heat" ? heatLegend(plot.paint, theme) : items.map((s) => sample(s, theme))),
      );
    },
  };
}

function sample(series: Series, theme: Theme): HTMLElement {
  const nonfinite = series.draw === "marks" && typeof series.ink === "object";
  const swatch = element("span", { class: `swatch swatch-${nonfinite ? "nonfinite" : series.draw}` });
  const ink = nonfinite ? css(shareColour(Infinity, theme.kind)) : colour(series, theme);
  swatch.style.setProperty("--ink", series.draw === "thin" ? faded(ink, 0.5) : ink);
  if (series.ink === "faint") swatch.classList.add("swatch-dashed");
  return element("span", { class: "legend-item" }, [swatch, series.label ?? ""]);
}

/** Decades that the colour bar is labelled at. */
const LABELLED = [-12, -6, -3, 0, 3, 6, 12];

function heatLegend(paint: "share" | "ramp", theme: Theme): readonly HTMLElement[] {
  if (paint === "ramp") {
    return [element("span", {}, ["|∂L/∂θ| of a layer's elements, from rare to frequent"])];
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
  special.style.setProperty("--ink", css(shareColour(Infinity, theme.kind)));
  return [
    element("div", { class: "colour-scale" }, [bar, element("div", { class: "colour-labels" }, labels)]),
    element("span", { class: "legend-item" }, [special, "NaN, ∞"]),
  ];
}
