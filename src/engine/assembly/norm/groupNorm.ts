import { GroupNormDescriptor } from "../descriptors";
import { f32At, elementAt } from "../simd/memory";
import { inRange } from "../simd/range";
import { affineRow, gradRow, gradSums, rowPairs } from "./rows";
import { backRun, dotOf, scaleRun, spreadOf, sumOf } from "./runs";

/* Normalisation of a group of channels of one sample. Rows of one element a channel have loops of their own. */

/** Address of an element of a tensor that may not be there (0). */
// @ts-ignore: decorator
@inline
function optional(tensor: i32, i: i32): usize {
  return tensor < 0 ? 0 : f32At(tensor + i);
}

/** Groups that are taken together, pass by pass, so that they do not wait for each other's sums. */
const TOGETHER: i32 = 8;

/** See `groupNormKernels.groupNorm`. */
export function groupNorm(
  norm: GroupNormDescriptor,
  batch: i32,
  x: i32,
  y: i32,
  bias: i32,
  mean: i32,
  rstd: i32,
  eps: f64,
): void {
  const groups = norm.groups,
    channels = norm.channels,
    inner = norm.inner,
    weight = norm.weight;
  const n = (channels / groups) * inner;
  const all = batch * groups;
  for (let first = 0; first < all; first += TOGETHER) {
    const end = min(first + TOGETHER, all);
    for (let g = first; g < end; g++) f32.store(f32At(mean + g), <f32>(sumOf(f32At(x + g * n), n) / <f64>n));
    for (let g = first; g < end; g++) {
      const spread = inRange(spreadOf(f32At(x + g * n), n, f32.load(f32At(mean + g))));
      f32.store(f32At(rstd + g), <f32>(1 / sqrt<f64>(spread / <f64>n + eps)));
    }
    for (let g = first; g < end; g++) {
      scaleGroup(
        channels / groups,
        inner,
        (g % groups) * (channels / groups),
        x + g * n,
        y + g * n,
        weight,
        bias,
        mean + g,
        rstd + g,
      );
    }
  }
}

/** Scales a group by its mean and rstd, and by the weights of its channels, `first` and those after it. */
function scaleGroup(
  width: i32,
  inner: i32,
  first: i32,
  x: i32,
  y: i32,
  weight: i32,
  bias: i32,
  mean: i32,
  rstd: i32,
): void {
  const mu = f32.load(f32At(mean)),
    r = f32.load(f32At(rstd));
  const from = f32At(x),
    to = f32At(y);
  if (inner == 1)
    return affineRow(true, from, to, width, mu, r, optional(weight, first), optional(bias, first));
  for (let w = 0; w < width; w++) {
    const scale: f32 = weight < 0 ? r : r * f32.load(f32At(weight + first + w));
    const shift: f32 = bias < 0 ? 0 : f32.load(f32At(bias + first + w));
    scaleRun(elementAt(from, w * inner), elementAt(to, w * inner), inner, mu, scale, shift);
  }
}

/** See `groupNormKernels.groupNormGrad`. */
export function groupNormGrad(
  norm: GroupNormDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  mean: i32,
  rstd: i32,
  dx: i32,
  dweight: i32,
  dbias: i32,
): void {
  const bytes = (<usize>norm.channels) << 2;
  if (dweight >= 0) memory.fill(f32At(dweight), 0, bytes);
  if (dbias >= 0) memory.fill(f32At(dbias), 0, bytes);
  if (norm.inner == 1) rowsBack(norm, batch, x, dy, mean, rstd, dx, dweight, dbias);
  else planesBack(norm, batch, x, dy, mean, rstd, dx, dweight, dbias);
}

/** Groups of n channels of one element. Two samples at a time, which share the weights and what they add to their gradients. */
function rowsBack(
  norm: GroupNormDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  mean: i32,
  rstd: i32,
  dx: i32,
  dweight: i32,
  dbias: i32,
): void {
  const groups = norm.groups,
    n = norm.channels / groups;
  const apart = groups * n;
  const pairs = rowPairs();
  pairs.n = n;
  pairs.apart = apart;
  pairs.next = groups;
  for (let b = 0; b < batch; b += 2) {
    const pair = b + 1 < batch;
    for (let g = 0; g < groups; g++) {
      const row = b * groups + g,
        at = row * n;
      const w = optional(norm.weight, g * n);
      pairs.w = w;
      pairs.dw = optional(dweight, g * n);
      pairs.db = optional(dbias, g * n);
      const sums = gradSums(
        true,
        pair,
        pairs,
        f32At(x + at),
        f32At(dy + at),
        f32At(mean + row),
        f32At(rstd + row),
      );
      for (let second = 0; second <= <i32>pair; second++) {
        const to = at + second * apart,
          its = row + second * groups;
        gradRow(
          true,
          f32At(x + to),
          f32At(dy + to),
          f32At(dx + to),
          n,
          f32.load(f32At(mean + its)),
          f32.load(f32At(rstd + its)),
          w,
          sums + ((<usize>second) << 4),
        );
      }
    }
  }
}

/** Groups of channels of several elements. */
function planesBack(
  norm: GroupNormDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  mean: i32,
  rstd: i32,
  dx: i32,
  dweight: i32,
  dbias: i32,
): void {
  const groups = norm.groups,
    width = norm.channels / groups,
    inner = norm.inner,
    weight = norm.weight;
  const n = width * inner;
  for (let g = 0; g < batch * groups; g++) {
    const mu = f32.load(f32At(mean + g)),
      r = f32.load(f32At(rstd + g));
    const first = (g % groups) * width;
    const from = f32At(x + g * n),
      d = f32At(dy + g * n),
      to = f32At(dx + g * n);
    let sum: f64 = 0,
      dot: f64 = 0;
    for (let w = 0; w < width; w++) {
      const c = first + w;
      const scale: f64 = weight < 0 ? 1 : <f64>f32.load(f32At(weight + c));
      const s = sumOf(elementAt(d, w * inner), inner);
      const t = dotOf(elementAt(from, w * inner), elementAt(d, w * inner), inner, mu) * <f64>r;
      if (dweight >= 0) f32.store(f32At(dweight + c), f32.load(f32At(dweight + c)) + <f32>t);
      if (dbias >= 0) f32.store(f32At(dbias + c), f32.load(f32At(dbias + c)) + <f32>s);
      sum += s * scale;
      dot += t * scale;
    }
    // dx = r·(dy·w − sum/n − x̂·dot/n)
    const shift = <f32>((-sum / <f64>n) * <f64>r),
      slope = <f32>((-dot / <f64>n) * <f64>r * <f64>r);
    for (let w = 0; w < width; w++) {
      const scale: f32 = weight < 0 ? r : r * f32.load(f32At(weight + first + w));
      backRun(
        elementAt(from, w * inner),
        elementAt(d, w * inner),
        elementAt(to, w * inner),
        inner,
        mu,
        scale,
        slope,
        shift,
      );
    }
  }
}
