/** Whom each one names. Names that are not themselves a key lead nowhere. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The members of every cycle, sorted: those that reach each other, and those that name themselves (Tarjan, 1972). */
export function cyclesOf(graph: Graph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const numbers = new Map<string, number>();
  const open: string[] = [];

  /** The least number that is open and can be reached from here. */
  function visit(node: string): number {
    const number = numbers.size;
    let least = number;
    numbers.set(node, number);
    open.push(node);
    for (const next of targetsOf(graph, node)) {
      const known = numbers.get(next);
      if (known === undefined) least = Math.min(least, visit(next));
      else if (open.includes(next)) least = Math.min(least, known);
    }
    if (least === number) close(node);
    return least;
  }

  function close(root: string): void {
    const members = open.splice(open.indexOf(root));
    if (members.length > 1 || targetsOf(graph, root).includes(root)) cycles.push(members.sort());
  }

  for (const node of graph.keys()) if (!numbers.has(node)) visit(node);
  return cycles;
}

const targetsOf = (graph: Graph, node: string): readonly string[] =>
  (graph.get(node) ?? []).filter((target) => graph.has(target));
