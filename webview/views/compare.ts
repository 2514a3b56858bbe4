import { t } from "../../src/l10n/translate.ts";
import type { RunSummary } from "../../src/protocol/webview.ts";
import { otherName } from "../charts/compared.ts";
import { iconButton } from "../controls.ts";
import { element, icon, setAttribute, setIcon, setText } from "../dom.ts";
import { runName } from "../progress.ts";
import { css, runColour } from "../scale.ts";
import type { Theme } from "../theme.ts";
import type { Other, View } from "../view.ts";
import { runSwatch } from "./runSwatch.ts";
import { setWords } from "./words.ts";

/** What the user does with the runs under the shown one. */
export interface CompareEvents {
  pin(run: number, on: boolean): void;
  diff(other: number): void;
}

export interface CompareView {
  readonly element: HTMLElement;
  update(runs: readonly RunSummary[], view: View, theme: Theme): void;
}

const WHY: Readonly<Record<Other["because"], string>> = {
  pinned: t`pinned`,
  parent: t`the model that this one extends`,
  before: t`the run before`,
};

/** The runs under the shown one, each with its line, and a list to choose them from. */
export function compareView({ pin, diff }: CompareEvents): CompareView {
  let open = false;
  const chevron = icon("chevron-right");
  const label = element("span");
  const list = element("div", { class: "compare-list", id: "compare-list", role: "group", hidden: true });
  setAttribute(list, "aria-label", t`Runs under this one`);
  const toggle = element(
    "button",
    { class: "fold", type: "button", "aria-expanded": "false", "aria-controls": list.id },
    [chevron, label],
  );
  const lines = element("ul", { class: "overlays", "aria-label": t`Compared with` });
  const root = element("div", { class: "compare" }, [toggle, lines, list]);
  toggle.addEventListener("click", () => {
    open = !open;
    list.hidden = !open;
    setIcon(chevron, open ? "chevron-down" : "chevron-right");
    setAttribute(toggle, "aria-expanded", String(open));
  });
  const boxes = new Map<number, ReturnType<typeof checkbox>>();
  let [shown, offered]: [string, readonly RunSummary[]] = ["", []];

  function offer(runs: readonly RunSummary[], { run, others }: View): void {
    const choices = runs.filter(({ id, step }) => id !== run.id && step > 0);
    for (const id of boxes.keys()) if (!choices.some((one) => one.id === id)) drop(id);
    choices.toReversed().forEach((one, i) => {
      const box = boxes.get(one.id) ?? checkbox((on) => pin(one.id, on));
      boxes.set(one.id, box);
      box.update(
        one,
        others.some((other) => other.run.id === one.id),
      );
      if (list.children[i] !== box.element) list.insertBefore(box.element, list.children[i] ?? null);
    });
    root.hidden = choices.length === 0;
  }

  function drop(id: number): void {
    boxes.get(id)?.element.remove();
    boxes.delete(id);
  }

  return {
    element: root,
    update(runs, view, theme) {
      const { others } = view;
      const key = JSON.stringify([
        theme.kind,
        others.map((other) => [other.place, otherName(other), other.because]),
      ]);
      if (key === shown && runs === offered) return;
      [shown, offered] = [key, runs];
      offer(runs, view);
      setText(label, others.length === 0 ? t`Compare with…` : t`Compared with`);
      lines.hidden = others.length === 0;
      lines.replaceChildren(...others.map((other) => overlay(other, theme, { pin, diff })));
    },
  };
}

function overlay(other: Other, theme: Theme, { pin, diff }: CompareEvents): HTMLElement {
  const { run, because, place } = other;
  const name = otherName(other);
  const swatch = runSwatch(place);
  swatch.style.setProperty("--ink", css(runColour(place, theme.kind)));
  const words = element("span", { class: "overlay-name" });
  setWords(words, name);
  return element("li", { class: "overlay" }, [
    swatch,
    words,
    element("span", { class: "overlay-why" }, [WHY[because]]),
    iconButton("diff", t`Show what differs from ${name}`, () => diff(run.id)).element,
    iconButton("close", t`Take away ${name}`, () => pin(run.id, false)).element,
  ]);
}

function checkbox(onChange: (on: boolean) => void): {
  readonly element: HTMLElement;
  update(run: RunSummary, on: boolean): void;
} {
  const box = element("input", { type: "checkbox" });
  const name = element("span");
  box.addEventListener("change", () => onChange(box.checked));
  return {
    element: element("label", { class: "compare-choice" }, [box, name]),
    update(run, on) {
      box.checked = on;
      setWords(name, t`${runName(run)} in ${run.file}`);
    },
  };
}
