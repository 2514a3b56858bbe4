/**
 * The slope of the line that fits the points best, and how sure it is: half the width of its 95 % interval. A measure of
 * memory wanders from sample to sample, so that neighbours tell less than their number: `independent` of them count.
 * @param {readonly (readonly [x: number, y: number])[]} points
 * @param {number} [independent]
 */
export function slopeOf(points, independent = points.length) {
  const n = points.length;
  const mean = (/** @type {0 | 1} */ axis) => points.reduce((sum, point) => sum + point[axis], 0) / n;
  const [x0, y0] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - y0 - slope * (x - x0)) ** 2, 0);
  const repeats = n / Math.min(n, independent);
  const error = 1.96 * Math.sqrt((rest / (n - 2) / spread) * repeats);
  return { slope, error };
}

/** What a slope in MB a minute comes to. @param {{ slope: number, error: number }} fit @param {number} allowed */
export function verdictOf({ slope, error }, allowed) {
  const size = `${slope.toFixed(2)} ± ${error.toFixed(2)} MB a minute`;
  if (slope + error < allowed) return `levels off: ${size}`;
  return slope - error > allowed ? `rises by ${size}` : `cannot be told yet: ${size}`;
}
