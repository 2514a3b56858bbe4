/** The candidate that was probably meant: equal but for case, spaces and signs, else with at most a third of the letters wrong. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = bare(name);
  if (wanted.length > LONGEST) return undefined;
  let best: string | undefined;
  let fewest = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates.slice(0, MOST)) {
    const errors = candidate.length > LONGEST ? Infinity : distance(wanted, bare(candidate), fewest);
    if (errors < fewest) [best, fewest] = [candidate, errors];
  }
  return best;
}

const LONGEST = 64;
/** Candidates that are compared, so that a guess never takes long. */
const MOST = 4_096;

const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Insertions, deletions and substitutions that lead from a to b (Levenshtein); at least `enough` where their lengths alone tell that. */
function distance(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, substituted));
    }
    row = next;
  }
  return row[b.length];
}
