/*
 * What people read is written in English where it is made, in templates that are marked: by `t`, or by the tags of
 * `text/quote.ts`. The mark looks the text up in the bundle of the language in use, by the text itself with its values as
 * `{0}`, `{1}`: the form of VS Code's `l10n`. Without a bundle, and where it lacks a text, English stays. A process, a thread
 * and a page have one language from their beginning to their end, known before their first text is made.
 */

/** A language other than English. */
export interface Language {
  /** `de`, `zh-cn`: as VS Code and HTML call it. */
  readonly code: string;
  /** Its texts by the English ones. */
  readonly texts: Readonly<Record<string, string>>;
  /** Where they lie, for threads that are started. */
  readonly file?: string;
}

const ENGLISH: Language = { code: "en", texts: {} };

let language = ENGLISH;

/** The words behind a number, by those that the bundle has for counting: `Schritte` → `Schritten`. */
let datives: ReadonlyMap<string, string> = new Map();

/** Templates of the source by what they are in the language in use: each is looked up once. */
let known = new WeakMap<TemplateStringsArray, Template>();

/** The behaviour of `{1:dative}`. In a bundle, `{0} steps/dative` stands beside `{0} steps`. */
const DATIVE = "/dative";

/** From now on texts are made in this language. */
export function useLanguage(next: Language = ENGLISH): void {
  language = next;
  known = new WeakMap();
  datives = new Map(
    Object.entries(next.texts)
      .filter(([key]) => key.endsWith(DATIVE))
      .map(([key, dative]) => [nounOf(next.texts[key.slice(0, -DATIVE.length)] ?? ""), nounOf(dative)]),
  );
}

export const languageInUse = (): Language => language;

/** A text with places for values. */
interface Template {
  /** One more than there are places. */
  readonly literals: readonly string[];
  readonly places: readonly Place[];
}

interface Place {
  readonly value: number;
  readonly isDative: boolean;
}

type Value = string | number;

/** A text in the language in use, and its values in that language's order. */
export function localised(
  literals: TemplateStringsArray,
  values: readonly Value[],
): { readonly literals: readonly string[]; readonly values: readonly Value[] } {
  const template = known.get(literals) ?? templateOf(translated(keyOf(literals)));
  known.set(literals, template);
  return {
    literals: template.literals,
    values: template.places.map(({ value, isDative }) =>
      isDative ? inDative(String(values[value] ?? "")) : (values[value] ?? ""),
    ),
  };
}

/** A text for people in the language in use; its values stand in it as they are. */
export function t(source: TemplateStringsArray, ...given: readonly Value[]): string {
  const { literals, values } = localised(source, given);
  return literals.reduce((text, literal, i) => `${text}${values[i - 1] ?? ""}${literal}`);
}

/** So many of something: `{0} step` or `{0} steps` in the language in use. The noun is English, in the singular. */
export const numbered = (n: number, written: string, noun: string): string =>
  translated(`{0} ${noun}${n === 1 ? "" : "s"}`).replace("{0}", () => written);

/** A text of a table's that is English there, in the language in use where it is shown. */
export const translated = (key: string): string =>
  Object.hasOwn(language.texts, key) ? (language.texts[key] ?? key) : key;

/** The key of a template: `Loss {0} after {1}`. */
export const keyOf = (literals: readonly string[]): string =>
  literals.reduce((key, literal, i) => `${key}{${i - 1}}${literal}`);

const PLACE = /\{(\d+)(:dative)?\}/;

function templateOf(text: string): Template {
  const parts = text.split(PLACE); // literal, number, case, literal, …
  const at = parts.flatMap((_, i) => (i % 3 === 1 ? [i] : []));
  return {
    literals: parts.filter((_, i) => i % 3 === 0),
    places: at.map((i) => ({ value: Number(parts[i]), isDative: parts[i + 1] !== undefined })),
  };
}

/** `{0} Schritte` → `Schritte` */
const nounOf = (text: string): string => text.slice(text.indexOf(" ") + 1);

/** `500 Schritte` → `500 Schritten` */
function inDative(counted: string): string {
  const noun = nounOf(counted);
  return counted.slice(0, counted.length - noun.length) + (datives.get(noun) ?? noun);
}
