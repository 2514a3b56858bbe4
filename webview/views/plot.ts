import { t } from "../../src/l10n/translate.ts";
import { element, setAttribute } from "../dom.ts";
import type { Theme } from "../theme.ts";
import { whole, type View } from "../view.ts";
import { breakOf } from "../../src/insight/finite.ts";
import type { Chart, Place, Plot } from "../charts/chart.ts";
import { mount } from "../charts/mount.ts";
import type { Mounted } from "../charts/mount.ts";
import { layersOf } from "../charts/overlay.ts";
import type { Pixel } from "../charts/overlay.ts";
import type { Events } from "./events.ts";
import { legend } from "./legend.ts";
import { moved } from "./moves.ts";
import { tooltip } from "./tooltip.ts";

/** A chart that answers to the pointer and the keyboard. */
export interface PlotView {
  readonly element: HTMLElement;
  /** Says what it shows to those who do not see it. */
  tell(reading: string): void;
  /** `speak`: the figures under the pointer may change too. */
  draw(view: View, theme: Theme, speak: boolean): void;
  /** Marks a layer by its path. */
  mark(layer: string | undefined): void;
}

export function plotView(chart: Chart, events: Events): PlotView {
  const canvas = element("canvas", { tabindex: 0, role: "img", "aria-label": chart.title });
  const tip = tooltip();
  const step = element("div", { class: "step-mark", hidden: true, "aria-hidden": "true" });
  const frame = element("div", { class: "plot" }, [canvas, step, tip.element]);
  const names = legend();
  let drawn:
    | { readonly view: View; readonly plot: Plot; readonly mounted: Mounted; readonly theme: Theme }
    | undefined;
  let marked: string | undefined;
  let place: Place | undefined;
  let at: Pixel = { x: 0, y: 0 };

  const pathOf = (layer: number | undefined): string | undefined => drawn?.view.layers[layer ?? -1]?.path;
  const indexOf = (path: string | undefined): number | undefined => {
    const index = drawn?.view.layers.findIndex((layer) => layer.path === path) ?? -1;
    return index < 0 ? undefined : index;
  };

  /** Goes to a place, or to none: the tooltip here, the mark everywhere. */
  function go(next: Place | undefined, pixel?: Pixel): void {
    const before = pathOf(place?.layer);
    place = next;
    const where = pixel ?? (place && drawn?.mounted.pointOf(place));
    if (!drawn || !place || !where) tip.hide();
    else {
      at = where;
      tip.show(chart.describe(drawn.view, place), at, hintOf(place));
    }
    if (pathOf(place?.layer) !== before) events.hover(pathOf(place?.layer));
  }

  /** What a click does here. */
  const hintOf = (where: Place): string => {
    if (where.layer !== undefined) return t`Click: declaration · Shift+click: all figures`;
    return drawn && overSteps(drawn.plot) ? t`Click: show this step` : "";
  };

  /** A layer shows its declaration, or all of its figures; a step is shown everywhere. */
  function chosen(where: Place | undefined, figures: boolean): void {
    const path = pathOf(where?.layer);
    if (path !== undefined) (figures ? events.open : events.reveal)(path);
    else if (drawn && overSteps(drawn.plot) && where?.x !== undefined) events.go(Math.round(where.x));
  }

  /** The step that is shown, where steps go from left to right and it is not the latest. */
  function markStep(): void {
    const at = drawn?.view.now && overSteps(drawn.plot) ? drawn.view.history.tally.step : undefined;
    const pixel = at === undefined ? undefined : drawn?.mounted.pointOf({ x: at });
    if (step.hidden !== (pixel === undefined)) step.hidden = pixel === undefined;
    if (pixel) step.style.left = `${pixel.x}px`;
  }

  canvas.addEventListener("pointermove", ({ offsetX: x, offsetY: y }) =>
    go(drawn?.mounted.placeAt({ x, y }), { x, y }),
  );
  canvas.addEventListener("pointerleave", () => go(undefined));
  canvas.addEventListener("blur", () => go(undefined));
  canvas.addEventListener("click", ({ shiftKey }) => chosen(place, shiftKey));
  canvas.addEventListener("keydown", (event) => {
    if (!drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = place ?? { ...(layersOf(drawn.plot) && { layer: indexOf(marked) ?? -1 }) };
    if (event.key === "Escape") go(undefined);
    else if (event.key === "Enter") chosen(from, event.shiftKey);
    else {
      const next = moved(event.key, drawn.plot, from);
      if (!next) return;
      go(next);
      const { title, rows } = chart.describe(drawn.view, next);
      events.say(`${title}: ${rows.map(([name, value]) => `${name} ${value}`).join(", ")}`);
    }
    event.preventDefault();
  });

  return {
    element: element("div", { class: "plot-and-legend" }, [frame, names.element]),
    tell: (reading) => setAttribute(canvas, "aria-label", `${chart.title}: ${reading}`),
    draw(view, theme, speak) {
      if (drawn?.theme === theme && isSame(drawn, view)) drawn = { ...drawn, view };
      else {
        const plot = plotOf(chart, view);
        const mounted = drawn?.mounted ?? mount(canvas, markStep);
        // What is shown of a run that has ended follows from its figures alone, whatever stood there before.
        mounted.update(plot, theme, whole(view).run.state === "ended" ? undefined : view.run.id);
        drawn = { view, plot, mounted, theme };
        mounted.mark(indexOf(marked));
        names.draw(plot, theme);
      }
      markStep();
      if (!speak) return;
      names.tell(drawn.plot);
      if (place) tip.show(chart.describe(view, place), at, hintOf(place));
    },
    mark(layer) {
      marked = layer;
      drawn?.mounted.mark(indexOf(layer));
    },
  };
}

/** The chart's plot, and where the run broke. */
export function plotOf(chart: Chart, view: View): Plot {
  const plot = chart.plot(view);
  const broke = breakOf(overSteps(plot) ? whole(view) : view);
  if (!broke) return plot;
  const layer = view.layers.findIndex(({ path }) => path === broke.layer);
  return { ...plot, broke: { step: broke.step, ...(layer >= 0 && { layer }) } };
}

/** Whether what was drawn is what there is to draw: over all steps, whichever of them is shown. */
function isSame({ view, plot }: { readonly view: View; readonly plot: Plot }, next: View): boolean {
  const [a, b] = overSteps(plot) ? [whole(view), whole(next)] : [view, next];
  return (
    a.run.id === b.run.id &&
    a.run.state === b.run.state &&
    a.history === b.history &&
    a.page === b.page &&
    a.spectrum === b.spectrum &&
    a.others.length === b.others.length &&
    a.others.every(({ history, place }, i) => history === b.others[i]?.history && place === b.others[i].place)
  );
}

/** Whether steps go from left to right. */
export const overSteps = ({ x }: Plot): boolean => x.kind === "linear" && x.counts === "steps";
