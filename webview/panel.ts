import { t } from "../src/l10n/translate.ts";
import type { FromWebview } from "../src/protocol/webview.ts";
import { ofLayer } from "./charts/ofLayer.ts";
import { parts } from "./charts/index.ts";
import type { Part } from "./charts/chart.ts";
import { spectrum } from "./charts/spectrum.ts";
import { timeMap } from "./charts/timeMap.ts";
import { element, setText } from "./dom.ts";
import { count } from "../src/insight/format.ts";
import { summarise } from "../src/insight/findings/summarise.ts";
import { markedOf } from "./store.ts";
import type { State } from "./store.ts";
import type { Theme } from "./theme.ts";
import { viewOf, type View } from "./view.ts";
import { emptyView } from "./views/empty.ts";
import type { Events } from "./views/events.ts";
import { header } from "./views/header.ts";
import { scrubber } from "./views/scrubber.ts";
import { pageView } from "./views/page.ts";
import { section } from "./views/section.ts";
import { sentenceView, type Reading } from "./views/sentence.ts";

/**
 * Texts that change with a drawing: all of them, or one half after the other, since what is found in a run takes as long to tell as
 * its charts take to draw. Both halves are of the same step.
 */
export type Texts = "none" | "all" | "sentence" | "readings";

export interface Panel {
  draw(state: State, theme: Theme, texts: Texts): void;
  /** Ids of the sections that are folded. */
  folded(): readonly string[];
  /** Brings the first chart that shows layers into sight. */
  scrollToLayers(): void;
}

/** What the panel needs from its surroundings. */
export interface Surroundings {
  post(message: FromWebview): void;
  /** The run that is shown; messages about layers name it. */
  shown(): number | undefined;
  hover(layer: string | undefined): void;
  /** Shows a step of the run; `undefined`: the latest. */
  go(step: number | undefined): void;
  /** Shows all figures of a layer; `undefined`: the charts of all layers. */
  open(layer: string | undefined): void;
  /** Something was folded, unfolded or swapped: keep it, and draw anew. */
  layoutChanged(): void;
}

/** How the user has arranged the panel. */
export interface Arrangement {
  readonly folded: readonly string[];
}

/** Everything in the panel, drawn into `root`. */
export function panel(root: HTMLElement, { folded }: Arrangement, around: Surroundings): Panel {
  const voice = element("div", { class: "hidden", role: "status" });
  const events: Events = {
    hover: (layer) => around.hover(layer),
    reveal(layer) {
      const run = around.shown();
      if (run !== undefined) around.post({ type: "reveal", run, layer });
    },
    go: (step) => around.go(step),
    open: (layer) => around.open(layer),
    layoutChanged: () => around.layoutChanged(),
    save: (name, format, content) => around.post({ type: "save", name, format, content }),
    say: (text) => setText(voice, text),
  };
  const command = (name: (FromWebview & { type: "command" })["command"]): void =>
    around.post({ type: "command", command: name });
  const top = header({
    command,
    select: (run) => around.post({ type: "select", run }),
    pin: (run, on) => around.post({ type: "pin", run, on }),
    diff(other) {
      const run = around.shown();
      if (run !== undefined) around.post({ type: "diff", run, other });
    },
  });
  const steps = scrubber((step) => around.go(step));
  const line = sentenceView((layer) => events.reveal(layer));
  const sections = parts.map((part) => ({
    part,
    section: section(part, folded.includes(part.id), events),
  }));
  const pages = [...ofLayer, timeMap, spectrum].map((part) => ({
    part,
    section: section(part, folded.includes(`page-${part.id}`), events, "page-"),
  }));
  const page = pageView(
    () => around.open(undefined),
    (layer) => events.reveal(layer),
    (layer) => {
      const run = around.shown();
      if (run !== undefined) around.post({ type: "decompose", run, layer });
    },
  );
  const ofAll = element(
    "div",
    { class: "sections" },
    sections.map(({ section }) => section.element),
  );
  const ofOne = element(
    "div",
    { class: "sections", hidden: true },
    pages.map(({ section }) => section.element),
  );
  const content = element("main", { class: "content" }, [
    element("h1", { class: "hidden" }, [t`Gradients`]),
    top.element,
    steps.element,
    line.element,
    page.element,
    ofAll,
    ofOne,
    voice,
  ]);
  let empty: boolean | undefined;
  /** What the sentence is about. */
  let told: View | undefined;

  return {
    draw(state, theme, texts) {
      const view = viewOf(state);
      if (!view) {
        if (state.loaded && (empty !== state.hasModels || !root.firstChild))
          root.replaceChildren(emptyView(state.hasModels, command));
        empty = state.hasModels;
        return;
      }
      if (root.firstChild !== content) root.replaceChildren(content);
      empty = undefined;
      top.update(state.runs, view, theme);
      steps.update(view);
      if (texts === "all" || texts === "sentence") {
        told = view;
        line.update(sentenceOf(view));
        page.update(view);
      }
      const isPage = view.page !== undefined;
      const opened = isPage && page.element.hidden;
      [ofAll.hidden, ofOne.hidden, page.element.hidden, line.element.hidden] = [
        isPage,
        !isPage,
        !isPage,
        isPage,
      ];
      if (opened) page.focus();
      const all = isPage ? pages : sections;
      const said = texts === "all" || texts === "readings" ? told : undefined;
      if (said)
        for (const { part, section } of all)
          section.element.hidden = !(part.applies?.(said) ?? true) || (isPage && !isOfPage(part, said));
      const there = all.filter(({ section }) => !section.element.hidden);
      // All texts before the first drawing: for the labels on a canvas the page's styles are worked out anew after each that changes.
      if (said) for (const { section } of there) section.tell(said);
      for (const { section } of there) {
        section.draw(view, theme, said);
        section.mark(markedOf(state));
      }
    },
    folded: () =>
      [...sections, ...pages].filter(({ section }) => section.folded()).map(({ section }) => section.id),
    scrollToLayers: () => sections[0]?.section.element.scrollIntoView({ block: "nearest" }),
  };
}

/** What belongs to recurrent layers is on the page of one only, and a spectrum on that of the layer that it is of. */
function isOfPage(part: Part, { layers, page = -1, spectrum: held }: View): boolean {
  const layer = layers[page];
  if (part === spectrum) return held?.path === layer?.path;
  return part !== timeMap || layer?.time !== undefined;
}

/** What is seen; at an earlier step, which one that is. */
function sentenceOf(view: View): Reading {
  const summary = summarise(view);
  return view.now
    ? { ...summary, text: t`At step ${count(view.history.tally.step)}: ${summary.text}` }
    : summary;
}
