/** Milliseconds of the fastest call, out of those that fit into so many: what the machine's other work has disturbed least. */
export function fastestMs(call: () => unknown, budgetMs: number): number {
  const end = performance.now() + budgetMs;
  let best = Infinity;
  let calls = 0;
  while (calls < 3 || performance.now() < end) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
    calls++;
  }
  return best;
}

/** Milliseconds of a call, on average over as many as take so long. */
export function averageMs(call: () => unknown, durationMs: number): number {
  const start = performance.now();
  for (let calls = 1; ; calls++) {
    call();
    const ms = performance.now() - start;
    if (ms > durationMs) return ms / calls;
  }
}
