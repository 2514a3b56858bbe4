/*
 * What the best constant costs: the least mean loss of one and the same number against all targets of an output, or of one and the
 * same distribution against all classes. In double precision.
 */

/** A slope of the mean loss that is taken for 0, as a part of the steepest. */
const LEVEL = 1e-9;

/** Halving an interval of floats so often leaves nothing of it. */
const MOST_ROUNDS = 200;

/** The mean squares best. */
export function squaredFloor(targets: Float32Array): number {
  const mean = meanOf(targets);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (targets[i] - mean) ** 2;
  return sum / targets.length;
}

/** The median is best for magnitudes. Puts the targets in another order. */
export function absoluteFloor(targets: Float32Array): number {
  const median = middleOf(targets);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += Math.abs(targets[i] - median);
  return sum / targets.length;
}

/** ½e² below δ = |e|, else δ(|e| − ½δ). Puts the targets in another order. */
export function huberFloor(targets: Float32Array, delta: number): number {
  const center = centerOf(targets, delta);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) {
    const error = Math.abs(targets[i] - center);
    sum += error < delta ? 0.5 * error * error : delta * (error - 0.5 * delta);
  }
  return sum / targets.length;
}

/**
 * Where the errors, cut off at ±δ, add up to 0. Newton's steps from the median on, as the slope of the sum is a number of targets;
 * an interval keeps them where its sign changes.
 */
function centerOf(targets: Float32Array, delta: number): number {
  let center = middleOf(targets);
  let [low, high] = [center, center];
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] < low) low = targets[i];
    if (targets[i] > high) high = targets[i];
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let sum = 0;
    let inside = 0;
    for (let i = 0; i < targets.length; i++) {
      const error = targets[i] - center;
      if (error >= delta) sum += delta;
      else if (error <= -delta) sum -= delta;
      else {
        sum += error;
        inside++;
      }
    }
    if (Math.abs(sum) <= LEVEL * delta * targets.length) break;
    if (sum > 0) low = center;
    else high = center;
    const next = center + sum / inside;
    center = next > low && next < high ? next : (low + high) / 2;
  }
  return center;
}

/** The entropy of targets from 0 to 1: their mean is the best probability. */
export const binaryFloor = (targets: Float32Array): number => {
  const mean = meanOf(targets);
  return entropyOf([mean, 1 - mean]);
};

/** The entropy of the classes' shares, of which `smoothing` is spread over all. */
export function classFloor(targets: Float32Array, classes: number, smoothing: number): number {
  const counts = new Float64Array(classes);
  for (const id of targets) counts[id]++;
  return entropyOf(counts.map((own) => (1 - smoothing) * (own / targets.length) + smoothing / classes));
}

function entropyOf(shares: Iterable<number>): number {
  let entropy = 0;
  for (const share of shares) if (share > 0) entropy -= share * Math.log(share);
  return entropy;
}

function meanOf(targets: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += targets[i];
  return sum / targets.length;
}

/** The element in the middle of the order by size, or the greater one of two, by Hoare's selection: in place, in linear time. */
function middleOf(x: Float32Array): number {
  const middle = x.length >> 1;
  let [from, to] = [0, x.length - 1];
  while (from < to) {
    const pivot = x[(from + to) >> 1];
    let [i, j] = [from, to];
    while (i <= j) {
      while (x[i] < pivot) i++;
      while (x[j] > pivot) j--;
      if (i <= j) {
        const swapped = x[i];
        x[i++] = x[j];
        x[j--] = swapped;
      }
    }
    if (middle <= j) to = j;
    else if (middle >= i) from = i;
    else break;
  }
  return x[middle];
}
