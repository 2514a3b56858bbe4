import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { element } from "../dom.ts";
import { figure } from "../../src/insight/format.ts";
import type { Table } from "../charts/chart.ts";
import { setWords } from "./words.ts";

export interface TableView {
  readonly element: HTMLElement;
  update(table: Table): void;
}

/** A table that changes the text of its cells where it can, so that it can be read and scrolled while data arrive. */
export function tableView(label: string): TableView {
  const head = element("thead");
  const body = element("tbody");
  const root = element(
    "div",
    { class: "table", role: "group", "aria-label": t`${label} as a table`, tabindex: 0 },
    [element("table", {}, [element("caption", { class: "hidden" }, [label]), head, body])],
  );
  return {
    element: root,
    update({ columns, rows }) {
      const ofLayers = columns[0] === "layer";
      fill(head, [columns], headerOf, () => element("th", { scope: "col" }));
      fill(
        body,
        rows,
        (text, column) => (ofLayers && column === 0 ? layerName(text) : text),
        (column) => (column === 0 ? element("th", { scope: "row" }) : element("td")),
      );
    },
  };
}

/** Columns whose names are words; the others are paths of layers, and names that stand in streams and copied data as well. */
const HEADERS: Readonly<Record<string, string>> = {
  layer: t`layer`,
  type: t`type`,
  step: t`step`,
  steps: t`steps`,
  series: t`series`,
  first: t`first`,
  last: t`last`,
  mean: t`mean`,
  smoothed: t`smoothed`,
  clipped: t`clipped`,
  metric: t`metric`,
  gain: t`gain`,
  product: t`product`,
  theory: t`theory`,
  what: t`what`,
  number: t`number`,
  "singular value": t`singular value`,
  "finite elements not 0": t`finite elements not 0`,
  "median size": t`median size`,
  "time step": t`time step`,
};

const headerOf = (column: string): string =>
  Object.hasOwn(HEADERS, column) ? (HEADERS[column] ?? column) : layerName(column);

function fill(
  part: HTMLElement,
  rows: readonly (readonly (string | number)[])[],
  called: (text: string, column: number) => string,
  cellOf: (column: number) => HTMLElement,
): void {
  while (part.children.length > rows.length) part.lastElementChild?.remove();
  for (const [i, row] of rows.entries()) {
    const line = part.children[i] ?? part.appendChild(element("tr"));
    while (line.children.length > row.length) line.lastElementChild?.remove();
    for (const [column, value] of row.entries()) {
      const text = typeof value === "string" ? called(value, column) : written(value);
      setWords(line.children[column] ?? line.appendChild(cellOf(column)), text);
    }
  }
}

/** A figure that a layer does not have is no news: a dash. Steps and counts stay whole. */
const written = (value: number): string => {
  if (Number.isNaN(value)) return "–";
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : figure(value, 3);
};
