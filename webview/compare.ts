import type { LayerInfo } from "../src/protocol/run.ts";

/** Where the layers of another run stand beside those of the one that is shown. */
export interface Matching {
  /** By their paths, or by their share of the way from the input to the loss. */
  readonly by: "path" | "depth";
  /** Positions along the layers of the run that is shown (the first at 0), with the row of the other run's layer; −1: none. */
  readonly pairs: readonly { readonly at: number; readonly row: number }[];
}

/** Where fewer of the shown layers than this have a namesake in the other run, paths tell nothing. */
const NAMESAKES = 0.5;

/** By path where at least half of the shown layers have a namesake, else by depth. */
export function matching(shown: readonly LayerInfo[], other: readonly LayerInfo[]): Matching {
  const rows = new Map(other.map(({ path }, row) => [path, row]));
  const pairs = shown.map(({ path }, at) => ({ at, row: rows.get(path) ?? -1 }));
  const found = pairs.filter(({ row }) => row >= 0).length;
  if (found >= NAMESAKES * shown.length) return { by: "path", pairs };
  const stretch = (shown.length - 1) / Math.max(1, other.length - 1);
  return { by: "depth", pairs: other.map((_, row) => ({ at: row * stretch, row })) };
}

/** The row of the other run's layer that stands at a layer of the run that is shown, or nearest to it; −1 where none does. */
export function rowAt({ by, pairs }: Matching, layer: number): number {
  if (by === "path") return pairs[layer]?.row ?? -1;
  const away = ({ at }: { readonly at: number }): number => Math.abs(at - layer);
  return pairs.reduce((a, b) => (away(b) < away(a) ? b : a), { at: Infinity, row: -1 }).row;
}
