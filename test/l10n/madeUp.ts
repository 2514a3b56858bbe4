import { allTexts } from "../../tools/l10n.mjs";
import type { Language } from "../../src/l10n/translate.ts";

/** A language that has every text in brackets: a word outside of them was not looked up. */
export const inBrackets = (texts: Iterable<string>): Language => ({
  code: "x-made-up",
  texts: Object.fromEntries(Array.from(texts, (key) => [key, `⟦${key}⟧`])),
});

/** The same of the extension's own. */
export const madeUp = inBrackets((await allTexts("bundle")).keys());

/** What stands outside of all brackets, and has a word that is none of `names`. */
export function outside(text: string, names: RegExp): string | undefined {
  let [depth, rest] = [0, ""];
  for (const sign of text) {
    if (sign === "⟦") depth++;
    if (depth === 0) rest += sign;
    if (sign === "⟧") depth--;
  }
  const left = rest.replace(names, " ");
  return /(?<![∂‖])\p{L}{2,}/u.test(left) ? `${left.trim()} (in ${text})` : undefined;
}
