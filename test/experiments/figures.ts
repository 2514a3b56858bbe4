/** 0.6931, 0.024, 2.2e-6 */
export function show(x: number): string {
  const size = Math.abs(x);
  const plain = !Number.isFinite(x) || x === 0 || (size >= 1e-3 && size < 1e4);
  return plain ? String(Number(x.toPrecision(4))) : x.toExponential(1);
}

export const list = (figures: readonly number[]): string => figures.map(show).join(", ");
