import { element, setText } from "../dom.ts";
import type { Figures } from "../charts/chart.ts";
import type { Pixel } from "../charts/overlay.ts";

export interface Tooltip {
  readonly element: HTMLElement;
  /** `hint`: what a click does. */
  show(figures: Figures, at: Pixel, hint: string): void;
  hide(): void;
}

/** Pixels between the pointer and the box. */
const DISTANCE = 14;

/** A box of figures beside a point of its parent, on the side that has room. */
export function tooltip(): Tooltip {
  const title = element("div", { class: "tooltip-title" });
  const list = element("dl");
  const below = element("div", { class: "tooltip-hint" });
  const root = element("div", { class: "tooltip", hidden: true, "aria-hidden": "true" }, [
    title,
    list,
    below,
  ]);
  return {
    element: root,
    show(figures, { x, y }, hint) {
      if (figures.rows.length === 0) {
        root.hidden = true;
        return;
      }
      setText(title, figures.title);
      setText(below, hint);
      const parts = figures.rows.flat();
      while (list.children.length > parts.length) list.lastElementChild?.remove();
      for (const [i, text] of parts.entries()) {
        setText(list.children[i] ?? list.appendChild(element(i % 2 === 0 ? "dt" : "dd")), text);
      }
      root.hidden = false;
      const [width, room] = [root.offsetWidth, root.parentElement?.clientWidth ?? 0];
      const left = x + DISTANCE + width <= room ? x + DISTANCE : Math.max(0, x - DISTANCE - width);
      root.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(0, y - 8))}px)`;
    },
    hide() {
      root.hidden = true;
    },
  };
}
