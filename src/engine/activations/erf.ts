/**
 * erf(x) to double precision: the Maclaurin series below 2, beyond it Lentz's continued fraction for erfc
 * (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (!(z < 6)) return Number.isNaN(x) ? x : Math.sign(x); // 1 − erf(6) is below half a unit in the last place
  return Math.sign(x) * (z < 2 ? erfSeries(z) : 1 - erfcFraction(z));
}

function erfSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

function erfcFraction(z: number): number {
  let tail = 0;
  for (let n = 60; n > 0; n--) tail = n / 2 / (z + tail);
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + tail));
}
