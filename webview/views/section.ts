import { t } from "../../src/l10n/translate.ts";
import { iconButton } from "../controls.ts";
import { toCsv } from "../csv.ts";
import { element, icon, setAttribute, setIcon } from "../dom.ts";
import { brokenNote } from "../nonFinite.ts";
import type { Theme } from "../theme.ts";
import type { View } from "../view.ts";
import type { SaveFormat } from "../../src/protocol/webview.ts";
import { isChart, type Part } from "../charts/chart.ts";
import { toPng, toSvg } from "../charts/picture.ts";
import { runName } from "../progress.ts";
import type { Events } from "./events.ts";
import { plotOf, plotView } from "./plot.ts";
import { saveView } from "./save.ts";
import { tableView } from "./table.ts";
import { setWords } from "./words.ts";

/** One foldable part of the panel: a chart, or its table, under its title and reading. */
export interface Section {
  readonly element: HTMLElement;
  readonly id: string;
  folded(): boolean;
  /** Says what the view shows. */
  tell(view: View): void;
  /** Draws it. `said`: what is told meanwhile, if anything: then the figures under the pointer, and a table in its place, change too. */
  draw(view: View, theme: Theme, said: View | undefined): void;
  mark(layer: string | undefined): void;
}

/** Rejects where the page may not write to the clipboard, or has none. */
const toClipboard = async (text: string): Promise<void> => navigator.clipboard.writeText(text);

const NEARBY: IntersectionObserverInit = { rootMargin: "100px" };

/** How long the copy button says that it has copied. */
const SAID_MS = 1500;

/** `prefix`: of its id, where the same part is also shown elsewhere. */
export function section(part: Part, startsFolded: boolean, events: Events, prefix = ""): Section {
  const id = prefix + part.id;
  let view: View | undefined;
  let colours: Theme | undefined;
  let folded = startsFolded;
  let asTable = !isChart(part);

  const chevron = icon("chevron-down");
  const reading = element("p", { class: "reading" });
  const plot = isChart(part) ? plotView(part, events) : undefined;
  const table = tableView(part.title);
  const body = element("div", { class: "section-body", id: `body-${id}` }, [
    ...(plot ? [plot.element] : []),
    table.element,
  ]);
  const fold = element(
    "button",
    { class: "fold", "aria-controls": body.id, title: part.hint, type: "button" },
    [chevron, element("span", {}, [part.title])],
  );
  const swap = iconButton("table", t`Show as table`, () => {
    asTable = !asTable;
    arrange();
    events.layoutChanged();
  });
  const copy = iconButton("copy", t`Copy as CSV`, () => {
    if (view) void toClipboard(toCsv((part.data ?? part.table)(view))).then(copied, notCopied);
  });
  const save = saveView(
    part.title,
    async (format) => {
      if (!view || !colours) return;
      const content = await contentOf(part, view, colours, format);
      events.save(part.title, format, content);
    },
    isChart(part),
  );
  const root = element("section", { class: "section", "data-chart": id, "aria-label": part.title }, [
    element("div", { class: "section-head" }, [
      element("h2", {}, [fold]),
      element("div", { class: "section-tools" }, [
        ...(plot ? [swap.element] : []),
        copy.element,
        save.button,
      ]),
    ]),
    save.choices,
    reading,
    body,
  ]);

  // What is out of sight is not drawn; it is as soon as it comes near.
  let inSight = false;
  new IntersectionObserver((entries) => {
    const before = inSight;
    inSight = entries.at(-1)?.isIntersecting ?? true;
    if (inSight && !before) events.layoutChanged();
  }, NEARBY).observe(root);

  function copied(): void {
    copy.set({ icon: "check", label: t`Copied` });
    events.say(t`${part.title}: copied`);
    setTimeout(() => copy.set({ icon: "copy", label: t`Copy as CSV` }), SAID_MS);
  }

  function notCopied(error: unknown): void {
    events.say(t`${part.title} could not be copied: ${String(error)}`);
  }

  function arrange(): void {
    setAttribute(fold, "aria-expanded", String(!folded));
    setIcon(chevron, folded ? "chevron-right" : "chevron-down");
    body.hidden = folded;
    if (plot) plot.element.hidden = asTable;
    table.element.hidden = !asTable;
    swap.set({
      icon: asTable ? "graph-line" : "table",
      label: asTable ? t`Show as chart` : t`Show as table`,
    });
  }

  fold.addEventListener("click", () => {
    folded = !folded;
    arrange();
    events.layoutChanged();
  });
  arrange();

  return {
    element: root,
    id,
    folded: () => folded,
    tell(next) {
      const said = part.reading(next) + brokenNote(next);
      setWords(reading, said);
      plot?.tell(said);
    },
    draw(next, theme, said) {
      [view, colours] = [next, theme];
      if (folded || !inSight) return;
      if (plot && !asTable) plot.draw(view, theme, said !== undefined);
      else if (said) table.update(part.table(said));
    },
    mark: (layer) => plot?.mark(layer),
  };
}

/** What is written into a file of this format. */
async function contentOf(part: Part, view: View, theme: Theme, format: SaveFormat): Promise<string> {
  if (format === "csv" || !isChart(part)) return toCsv((part.data ?? part.table)(view));
  const reading = part.reading(view) + brokenNote(view);
  const svg = toSvg(
    { title: `${part.title} · ${runName(view.run)}`, reading, plot: plotOf(part, view) },
    theme,
  );
  return format === "svg" ? svg : toPng(svg);
}
