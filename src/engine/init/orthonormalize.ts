/** Below this part of its length before, what is left of a vector has lost too many digits to be orthogonal. */
const CANCELLED = 1e-3;

/**
 * Makes the vectors orthonormal, each by subtracting its part along those before it (modified Gram–Schmidt, in
 * double precision, repeated after cancellation: Giraud, Langou & Rozložník, The loss of orthogonality in the
 * Gram–Schmidt orthogonalization process, 2005). It is the Q of the QR decomposition whose R has a positive diagonal:
 * the one that PyTorch chooses, and the only one, so that the algorithm does not show.
 */
export function orthonormalize(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, v) => {
    const before = vectors.slice(0, v);
    const length = norm(vector);
    subtractParts(vector, before);
    if (norm(vector) < CANCELLED * length) subtractParts(vector, before);
    const rest = norm(vector);
    if (rest > 0) for (let i = 0; i < vector.length; i++) vector[i] /= rest;
  });
}

function subtractParts(vector: Float64Array, units: readonly Float64Array[]): void {
  for (const unit of units) {
    const along = dot(unit, vector);
    for (let i = 0; i < vector.length; i++) vector[i] -= along * unit[i];
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
