/** Columns are orthogonal where the cosine between any two is no greater. */
const TOLERANCE = 1e-14;

/** Sweeps over all pairs of columns: six to ten do for matrices of several hundred. */
const MOST_SWEEPS = 40;

/**
 * The singular values of a matrix, the largest first: as many as it has columns, which are not more than its rows. Written over.
 * One-sided Jacobi (Hestenes, 1958): rotates pairs of columns until all are orthogonal, whose norms are the values then; the small
 * ones are right relative to themselves where the columns differ in scale (Demmel and Veselić, 1992). Yields, after each column of
 * each sweep, the largest cosine of the sweep before: 1 in the first.
 */
export function* singularValues(matrix: readonly Float64Array[]): Generator<number, Float64Array> {
  // Large columns first, which converges in fewer sweeps (de Rijk, 1989).
  const columns = matrix.toSorted((a, b) => dot(b, b) - dot(a, a));
  let before = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS && before > TOLERANCE; sweep++) {
    const squares = Float64Array.from(columns, (column) => dot(column, column));
    let largest = 0;
    for (let i = 0; i < columns.length - 1; i++) {
      for (let j = i + 1; j < columns.length; j++) {
        largest = Math.max(largest, orthogonalise(columns, squares, i, j));
      }
      yield before;
    }
    before = largest;
  }
  return Float64Array.from(columns, (column) => Math.sqrt(dot(column, column)))
    .sort()
    .reverse();
}

/** Rotates two columns so that they are orthogonal, and keeps their squared norms; the cosine between them before. */
function orthogonalise(
  columns: readonly Float64Array[],
  squares: Float64Array,
  i: number,
  j: number,
): number {
  const [a, b] = [columns[i], columns[j]];
  const product = dot(a, b);
  const cosine = Math.abs(product) / Math.sqrt(squares[i] * squares[j]);
  if (!(cosine > TOLERANCE)) return 0;
  const zeta = (squares[j] - squares[i]) / (2 * product);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let k = 0; k < a.length; k++) {
    const x = a[k];
    const y = b[k];
    a[k] = c * x - s * y;
    b[k] = s * x + c * y;
  }
  squares[i] = Math.max(0, squares[i] - t * product);
  squares[j] += t * product;
  return cosine;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
