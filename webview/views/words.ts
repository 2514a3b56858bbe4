import { element } from "../dom.ts";
import { shortened } from "../format.ts";

/** Letters of a name that a line of the panel has room for, even where it is narrow. */
const MOST = 26;

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
    element("span", { "aria-hidden": "true" }, [shortened(name, ({ length }) => length <= MOST)]),
    element("span", { class: "hidden" }, [name]),
  ]);

const written = new WeakMap<Element, string>();

/** Writes a text with its long names shortened, only where it changes. */
export function setWords(node: Element, text: string): void {
  if (written.get(node) === text) return;
  written.set(node, text);
  node.replaceChildren(...words(text));
}
