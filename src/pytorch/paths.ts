import { literal } from "./python.ts";

/** How many layers of a repeated block are looked for. */
const LONGEST_PERIOD = 16;

/**
 * Paths as the items of a Python list, with a loop for those of repeated blocks:
 * `*(f"block.{i}.{j}" for i in range(20) for j in ("0", "3"))`.
 */
export function listed(paths: readonly string[]): readonly string[] {
  const items: string[] = [];
  for (let at = 0; at < paths.length;) {
    const block = longestBlock(paths, at);
    items.push(block ? block.text : literal(paths[at]));
    at += block ? block.length : 1;
  }
  return items;
}

interface Block {
  readonly text: string;
  /** Number of paths. */
  readonly length: number;
}

function longestBlock(paths: readonly string[], at: number): Block | undefined {
  let best: Block | undefined;
  const parts = paths[at].split(".");
  for (let place = 0; place < parts.length; place++) {
    if (!/^\d+$/.test(parts[place])) continue;
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      const block = blockOf(paths, at, place, period);
      if (block && block.length > Math.max(best?.length ?? 0, 2)) best = block;
    }
  }
  return best;
}

/** Copies of `period` paths that count up at segment `place`, all else equal. */
function blockOf(paths: readonly string[], at: number, place: number, period: number): Block | undefined {
  const split = (i: number): readonly string[] => paths[at + i]?.split(".") ?? [];
  const head = split(0).slice(0, place).join(".");
  const first = Number(split(0)[place]);
  const rests = Array.from({ length: period }, (_, j) =>
    split(j)
      .slice(place + 1)
      .join("."),
  );
  const fits = (i: number): boolean => {
    const parts = split(i);
    const copy = first + Math.floor(i / period);
    return (
      parts.slice(0, place).join(".") === head &&
      parts[place] === String(copy) &&
      parts.slice(place + 1).join(".") === rests[i % period]
    );
  };
  let length = 0;
  while (at + length < paths.length && fits(length)) length++;
  const copies = Math.floor(length / period);
  if (copies < 2) return undefined;
  const range = first === 0 ? `range(${copies})` : `range(${first}, ${first + copies})`;
  return { text: loop(head, range, rests), length: copies * period };
}

function loop(head: string, range: string, rests: readonly string[]): string {
  const start = head === "" ? "{i}" : `${head}.{i}`;
  if (rests.length > 1)
    return `*(f"${start}.{j}" for i in ${range} for j in (${rests.map(literal).join(", ")}))`;
  return `*(f"${start}${rests[0] === "" ? "" : `.${rests[0]}`}" for i in ${range})`;
}
