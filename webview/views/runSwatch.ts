import { runMark } from "../charts/inks.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Outlines of the markers, in a box of 28 by 10. */
const SHAPES = {
  circle: "M11 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  up: "M14 1.5l3.5 6.5h-7z",
  rect: "M11.5 2.5h5v5h-5z",
  rectRot: "M14 1.5l3.5 3.5l-3.5 3.5l-3.5-3.5z",
} as const;

/** A piece of the line of the n-th run under the shown one, in the colour of `--ink`: its dash and its marker. */
export function runSwatch(place: number): SVGElement & ElementCSSInlineStyle {
  const { dash, marker } = runMark(place);
  const root = node("svg", { class: "run-swatch", viewBox: "0 0 28 10", width: "28", height: "10" });
  root.append(
    node("path", { d: "M0 5h28", "stroke-dasharray": dash.join(" "), class: "run-line" }),
    node("path", { d: SHAPES[marker], class: "run-marker" }),
  );
  return root;
}

function node(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS<"svg">(SVG, name as "svg");
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
