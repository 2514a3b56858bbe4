import { t } from "../../src/l10n/translate.ts";
import { element, icon, setAttribute, setIcon } from "../dom.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { spoken } from "../../src/insight/chain.ts";
import type { Summary } from "../../src/insight/findings/summarise.ts";

/** What the line shows of a run. */
export type Reading = Pick<Summary, "severity" | "text" | "layer">;
import { words } from "./words.ts";

/** The panel's first line, with the layer it is about as a link. */
export interface SentenceView {
  readonly element: HTMLElement;
  update(reading: Reading): void;
}

const ICONS = { ok: "pass", info: "info", warning: "warning", error: "error" } as const;
const WORDS = { ok: t`Healthy`, info: t`Note`, warning: t`Warning`, error: t`Error` } as const;

export function sentenceView(reveal: (layer: string) => void): SentenceView {
  const mark = icon("info");
  const word = element("span", { class: "hidden" });
  const text = element("span", { class: "sentence-text" });
  const root = element("p", { class: "sentence" }, [mark, word, text]);
  let shown = "";
  return {
    element: root,
    update({ severity, text: sentence, layer }) {
      const reading: Reading = { severity, text: sentence, ...(layer !== undefined && { layer }) };
      const key = JSON.stringify(reading);
      if (key === shown) return;
      shown = key;
      setIcon(mark, ICONS[reading.severity]);
      setAttribute(root, "class", `sentence severity-${reading.severity}`);
      word.textContent = `${WORDS[reading.severity]}: `;
      text.replaceChildren(...parts(reading, reveal));
    },
  };
}

function parts({ text, layer }: Reading, reveal: (layer: string) => void): readonly (Node | string)[] {
  if (layer === undefined) return words(text);
  const name = layerName(layer);
  const found = mention(text, layer);
  const link = element(
    "button",
    { class: "link", type: "button", title: t`Show ${name} in the model file` },
    words(found?.word ?? t`Show ${name}`),
  );
  link.addEventListener("click", () => reveal(layer));
  if (!found) return [...words(text), " ", link];
  return [...words(text.slice(0, found.at)), link, ...words(text.slice(found.at + found.word.length))];
}

/** Where a sentence names a layer: by its path, or by the block that it lies in. */
export function mention(
  text: string,
  layer: string,
): { readonly word: string; readonly at: number } | undefined {
  const parts = layer.split(".");
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join(".");
    for (const word of layerName(name) === name ? [spoken(name), name] : [spoken(name)]) {
      const at = text.search(new RegExp(`(?<![\\w.])${word.replaceAll(".", "\\.")}(?!\\.?\\w)`));
      if (at >= 0) return { word, at };
    }
  }
  return undefined;
}
