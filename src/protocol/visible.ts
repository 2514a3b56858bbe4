import { t } from "../l10n/translate.ts";

/**
 * Characters that are not seen or that change how others are shown: controls (escape sequences begin with one), line
 * breaks, marks of direction, what has no width, halves of pairs.
 */
export const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (char: string): string => {
  const code = (char.codePointAt(0) ?? 0).toString(16);
  return NAMED[char] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`);
};

/** The text with every unseen character as its escape, `\n` or `\u202e`: on one line, in the order in which it is written. */
export const visible = (text: string): string => text.replace(UNSEEN, escaped);

/** At most `most` UTF-16 units: a longer text loses its middle, never half of a character. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = Math.max(most - 1, 0);
  const head = text.slice(0, Math.ceil(kept / 2)).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(text.length - Math.floor(kept / 2)).replace(/^[\udc00-\udfff]/, "");
  return `${head}…${tail}`;
}

/** Longest name in a message. */
const LONGEST = 60;

/** A name of a file's, an archive's or a user's as a message has it: in quotes, visible, and short. */
export const quoted = (name: string, most = LONGEST): string => visible(JSON.stringify(shorten(name, most)));

/** Names as a message lists them: `"a", "b" and 3 more`. */
export function listed(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => quoted(name));
  const more = names.length - shown.length;
  return more > 0 ? t`${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** Longest message, in UTF-16 units. */
export const LONGEST_MESSAGE = 500;
