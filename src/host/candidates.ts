import { plain, type Plain } from "../text/quote.ts";

/** A model that the user may mean. */
export interface Candidate<T> {
  readonly value: T;
  /** Identity of its file. */
  readonly file: string;
  /** Its first and its last line. */
  readonly first: number;
  readonly last: number;
  /** Number of its latest run: larger is later. */
  readonly run?: number;
}

export interface Group<T> {
  readonly title: Plain;
  readonly candidates: readonly Candidate<T>[];
}

/** The models of the file where the cursor is, the nearest first; then those that were run, the last one first; then the rest. */
export function grouped<T>(
  all: readonly Candidate<T>[],
  cursor: { readonly file: string; readonly line: number } | undefined,
): readonly Group<T>[] {
  const here = all.filter(({ file }) => file === cursor?.file);
  const elsewhere = all.filter(({ file }) => file !== cursor?.file);
  const groups: readonly Group<T>[] = [
    {
      title: plain`this file`,
      candidates: here.toSorted((a, b) => distance(a, cursor) - distance(b, cursor)),
    },
    {
      title: plain`run before`,
      candidates: elsewhere.filter(wasRun).toSorted((a, b) => (b.run ?? 0) - (a.run ?? 0)),
    },
    { title: plain`other models`, candidates: elsewhere.filter((one) => !wasRun(one)) },
  ];
  return groups.filter(({ candidates }) => candidates.length > 0);
}

const wasRun = ({ run }: Candidate<unknown>): boolean => run !== undefined;

/** Lines between the cursor and a model; 0 within it. */
const distance = (
  { first, last }: Candidate<unknown>,
  cursor: { readonly line: number } | undefined,
): number => Math.max(0, first - (cursor?.line ?? 0), (cursor?.line ?? 0) - last);
