import { element } from "../dom.ts";
import { shortened } from "../shortened.ts";

/** Letters of a name that a line of the panel has room for: in a narrow side bar, and elsewhere (`style.css` tells which it is). */
const MOST = 22;
const MOST_WIDE = 44;

/** The first letter to the last of a word that is longer, but for the punctuation around it. */
const LONG_WORD = new RegExp(`([^\\s()]{${MOST},}[^\\s().,:;])`);

/** The text with long names shortened in their middle for the eye: whole where they are pointed at, and for a screen reader. */
export const words = (text: string): readonly (Node | string)[] =>
  text
    .split(LONG_WORD)
    .filter((part) => part !== "")
    .map((part) => (LONG_WORD.test(part) ? longName(part) : part));

const longName = (name: string): HTMLElement =>
  element("span", { class: "long-name", title: name }, [
    element("span", { class: "narrow", "aria-hidden": "true" }, [cut(name, MOST)]),
    element("span", { class: "wide", "aria-hidden": "true" }, [cut(name, MOST_WIDE)]),
    element("span", { class: "hidden" }, [name]),
  ]);

const cut = (name: string, most: number): string => shortened(name, ({ length }) => length <= most);

const written = new WeakMap<Element, string>();

/** Writes a text with its long names shortened, only where it changes. */
export function setWords(node: Element, text: string): void {
  if (written.get(node) === text) return;
  written.set(node, text);
  node.replaceChildren(...words(text));
}
