import { t } from "../../l10n/translate.ts";
import { quoted, shorten } from "../../protocol/visible.ts";

/** A line says something else than the format does. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** An object of JSON that anyone may have written. */
export type Fields = Readonly<Record<string, unknown>>;

/** The longest text that is kept of a name or a message: more of it nobody reads. */
export const LONGEST_TEXT = 500;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function record(value: unknown, what: string): Fields {
  if (!isRecord(value)) throw new Refusal(t`${what} is no object`);
  return value;
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal(t`${what} is no list`);
  return value as readonly unknown[];
}

/** Cut where it is too long. */
export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Refusal(t`${what} is no text`);
  return shorten(value, LONGEST_TEXT);
}

export function count(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Refusal(t`${what} is no count`);
  return value as number;
}

const WORDS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

/** JSON has no NaN and no ±∞: they stand there as words. */
export function numeral(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(WORDS, value)) return WORDS[value] ?? NaN;
  throw new Refusal(t`${quoted(what)} is no number`);
}

/** What `read` makes of a field, in an object that has it where the field is there and not `null`. */
export function optional<K extends string, T>(
  fields: Fields,
  name: K,
  read: (value: unknown, what: string) => T,
): { readonly [P in K]?: T } {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === undefined || value === null ? {} : ({ [name]: read(value, name) } as { [P in K]: T });
}
