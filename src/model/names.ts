import { t } from "../l10n/translate.ts";
import { quoted } from "../protocol/visible.ts";

const LONGEST = 40;

/** Case, underscores and the like do not matter: `leaky_relu`, `kaiming_normal_`. */
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * The candidate that was probably meant, if any: the same letters in other case, else the fewest typing errors
 * (at most a third of the letters), else the shortest that begins so (`CrossEntropy`).
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = bare(name);
  if (wanted === "" || name.length > LONGEST) return undefined;

  const known = [...candidates].filter((candidate) => candidate !== name);
  const same = known.find((candidate) => bare(candidate) === wanted);
  return same ?? leastErrors(wanted, known) ?? shortestThatBegins(wanted, known);
}

function leastErrors(wanted: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.floor(wanted.length / 3);
  for (const candidate of known) {
    const errors = distance(wanted, bare(candidate));
    if (errors < least || (errors === least && errors > 0 && best === undefined)) {
      best = candidate;
      least = errors;
    }
  }
  return best;
}

function shortestThatBegins(wanted: string, known: readonly string[]): string | undefined {
  if (wanted.length < 3) return undefined;
  return known
    .filter((candidate) => bare(candidate).startsWith(wanted))
    .sort((a, b) => a.length - b.length)
    .at(0);
}

/**
 * Number of insertions, deletions, replacements and swaps of neighbours between two words.
 * Damerau, A technique for computer detection and correction of spelling errors, CACM 1964.
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

/** `: did you mean "ReLU"?`, or nothing. */
export const ask = (guess: string | undefined): string =>
  guess === undefined ? "" : t`: did you mean ${quoted(guess)}?`;

/** `134,217,728`; beyond exact integers `1.5e+20`. */
export const grouped = (n: number): string =>
  Number.isSafeInteger(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ",") : n.toPrecision(2);
