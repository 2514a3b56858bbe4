import { t } from "../../l10n/translate.ts";

/** `ReLU and Tanh`, `3 layers`: the words of titles. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

export function listed(names: Iterable<string>): string {
  const all = [...new Set(names)];
  const last = all.at(-1) ?? "";
  return all.length > 1 ? t`${all.slice(0, -1).join(", ")} and ${last}` : last;
}

/** A number as a file has it: at most so many digits, without the noise of floating point. */
export const rounded = (x: number, digits = 2): number => Number(x.toPrecision(digits));
