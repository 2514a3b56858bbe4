import { localised } from "../l10n/translate.ts";
import { LONGEST_MESSAGE, shorten, UNSEEN, visible } from "../protocol/visible.ts";

/*
 * Names of models, files and columns, cells and messages about them come from files that anyone may have written. VS Code
 * shows `[text](command:…)` in a notification as a link, `$(bug)` in a label as an icon, and all of Markdown in a hover; a
 * terminal obeys escape sequences. So no text of a file's goes there as it is: the tags below make the only texts that
 * `host/say.ts` and `cli/output.ts` take. What stands in the code is shown as it is written, every value is quoted for its
 * target, and the longest values are shortened in their middle until all of it has at most `LONGEST_MESSAGE` characters.
 * For an editor it is said in the editor's language; a terminal, which programs read as well, is written to in English.
 */

declare const target: unique symbol;

/** For notifications, labels, titles, diagnostics: neither a link nor an icon comes out of a value. */
export type Plain = string & { readonly [target]: "plain" };
/** Markdown in which a value is nothing but its characters. */
export type Markdown = string & { readonly [target]: "markdown" };
/** For a terminal: a value stays on its line and holds no escape sequence. */
export type Terminal = string & { readonly [target]: "terminal" };

type Tag<T> = (literals: TemplateStringsArray, ...values: readonly (string | number)[]) => T;

/** How a value is quoted for a target. Whatever is cut out of what `prepare` gives is as harmless as the whole. */
interface Quoting {
  /** What stands in the code is translated. */
  readonly translated?: true;
  readonly prepare?: (text: string) => string;
  /** Comes after a value has been shortened; what it adds is not shown. */
  readonly finish?: (text: string) => string;
  /** Whether two parts that are harmless each make a mark together. */
  readonly touch?: (before: string, after: string) => boolean;
}

/** `[…](…)` is a link and `$(…)` an icon only where the two signs touch. */
export const plain = tag<Plain>({
  translated: true,
  prepare: (text) => text.replace(/[\]$](?=\()/g, "$& "),
  touch: (before, after) => /[\]$]$/.test(before) && after.startsWith("("),
});

/** Any sign of ASCII may be escaped, says CommonMark. */
export const markdown = tag<Markdown>({
  translated: true,
  prepare: (text) => text.replace(/\s+/g, " "),
  finish: (text) => text.replace(/[!-/:-@[-`{-~]/g, "\\$&"),
});

export const line = tag<Terminal>({});

/** Lines that were put together elsewhere: nothing but their breaks is obeyed. */
export const lines = (text: string): Terminal =>
  text
    .split("\n")
    .map((one) => visible(one))
    .join("\n") as Terminal;

export type Json =
  number | string | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/** JSON on one line, for programs: what is not seen is an escape, which means the same there. Nothing is shortened. */
export const json = (value: Json): Terminal =>
  JSON.stringify(value).replace(UNSEEN, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  ) as Terminal;

/** With the break that ends it. */
export const ended = (one: Terminal): Terminal => `${one}\n` as Terminal;

/** Markdown of the code's own words and figures, and of Markdown that there is already. */
export const ownMarkdown = (text: string): Markdown => text as Markdown;

/** A codicon of our own in front of a text; a lens would drop a space that may break. */
export const withIcon = (icon: string, text: Plain): Plain => `$(${icon})\u00a0${text}` as Plain;

function tag<T extends string>({ translated, prepare, finish, touch }: Quoting): Tag<T> {
  return (source, ...given) => {
    const { literals, values } = translated ? localised(source, given) : { literals: source, values: given };
    const texts = values.map((value) => {
      const text = visible(shorten(String(value), LONGEST_MESSAGE));
      return prepare?.(text) ?? text;
    });
    const joints = touch ? 2 * texts.length : 0;
    const room = LONGEST_MESSAGE - literals.reduce((sum, { length }) => sum + length, joints);
    const most = share(texts, room);
    return texts.reduce((before, text, i) => {
      const short = shorten(text, most);
      const parts = [finish?.(short) ?? short, literals[i + 1] ?? ""];
      return parts.reduce((all, part) => (touch?.(all, part) ? `${all} ${part}` : all + part), before);
    }, literals[0] ?? "") as T;
  };
}

/** The greatest length that all may have so that together they take no more than `room`. */
function share(texts: readonly string[], room: number): number {
  let left = room;
  const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
  for (const [i, length] of lengths.entries()) {
    const most = Math.floor(left / (lengths.length - i));
    if (length > most) return Math.max(most, 1);
    left -= length;
  }
  return Infinity;
}
