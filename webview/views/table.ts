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
    { class: "table", role: "group", "aria-label": `${label} as a table`, tabindex: 0 },
    [element("table", {}, [element("caption", { class: "hidden" }, [label]), head, body])],
  );
  return {
    element: root,
    update({ columns, rows }) {
      const ofLayers = columns[0] === "layer";
      fill(head, [columns], layerName, () => element("th", { scope: "col" }));
      fill(
        body,
        rows,
        (text, column) => (ofLayers && column === 0 ? layerName(text) : text),
        (column) => (column === 0 ? element("th", { scope: "row" }) : element("td")),
      );
    },
  };
}

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
