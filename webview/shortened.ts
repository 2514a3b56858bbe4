/** The fewest letters that a shortened name keeps. */
const LEAST = 4;

/** The name as it is, or with so much of its middle left out that it fits: both ends tell names apart. */
export function shortened(name: string, fits: (text: string) => boolean): string {
  if (fits(name)) return name;
  const letters = [...name];
  let [kept, tooMany] = [Math.min(LEAST, letters.length), letters.length];
  while (tooMany - kept > 1) {
    const middle = (kept + tooMany) >> 1;
    if (fits(ends(letters, middle))) kept = middle;
    else tooMany = middle;
  }
  return ends(letters, kept);
}

const ends = (letters: readonly string[], kept: number): string =>
  [
    ...letters.slice(0, Math.ceil(kept / 2)),
    "…",
    ...letters.slice(letters.length - Math.floor(kept / 2)),
  ].join("");
