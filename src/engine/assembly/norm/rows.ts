import { sumLanes } from "../simd/lanes";
import { elementAt, madd, plans, ROWS_PLAN, scratch } from "../simd/memory";

/*
 * Rows that are normalised on their own, with a weight and a bias for every element (addresses; 0: none). `centred` says
 * whether a mean is taken off, and is a constant wherever these are inlined.
 */

// @ts-ignore: decorator
@inline
function c4(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function less(centred: bool, x: v128, mean: v128): v128 {
  return centred ? f32x4.sub(x, mean) : x;
}

/** y = (x − mean) · rstd · w + b */
// @ts-ignore: decorator
@inline
export function affineRow(
  centred: bool,
  x: usize,
  y: usize,
  n: i32,
  mean: f32,
  rstd: f32,
  w: usize,
  b: usize,
): void {
  if (w && b) affine(centred, true, true, x, y, n, mean, rstd, w, b);
  else if (w) affine(centred, true, false, x, y, n, mean, rstd, w, b);
  else affine(centred, false, false, x, y, n, mean, rstd, w, b);
}

// @ts-ignore: decorator
@inline
function affine(
  centred: bool,
  scaled: bool,
  shifted: bool,
  x: usize,
  y: usize,
  n: i32,
  mean: f32,
  rstd: f32,
  w: usize,
  b: usize,
): void {
  const mu = c4(mean),
    r = c4(rstd);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const from = elementAt(x, i),
      to = elementAt(y, i),
      weight = elementAt(w, i),
      bias = elementAt(b, i);
    let low = f32x4.mul(less(centred, v128.load(from), mu), r),
      high = f32x4.mul(less(centred, v128.load(from, 16), mu), r);
    if (scaled && shifted) {
      low = madd(low, v128.load(weight), v128.load(bias));
      high = madd(high, v128.load(weight, 16), v128.load(bias, 16));
    } else if (scaled) {
      low = f32x4.mul(low, v128.load(weight));
      high = f32x4.mul(high, v128.load(weight, 16));
    }
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i < n; i++) {
    let value: f32 = (f32.load(elementAt(x, i)) - mean) * rstd;
    if (scaled) value *= f32.load(elementAt(w, i));
    if (shifted) value += f32.load(elementAt(b, i));
    f32.store(elementAt(y, i), value);
  }
}

/** Σ dy·w and Σ dy·w·x̂ of a row, in double precision; then the same of the second row of a pair. */
// @ts-ignore: decorator
@inline
function sums(): usize {
  return scratch;
}

/** What rows have in common whose gradients are computed two at a time. */
@unmanaged
export class RowPairs {
  /** Elements of a row. */
  n: i32;
  /** Elements from the first row of a pair to the second, and from one's mean and rstd to the other's. */
  apart: i32;
  next: i32;
  /** The weight, and where its gradient and the bias's are added up. */
  w: usize;
  dw: usize;
  db: usize;
}

/** That of the normalisation at work. */
// @ts-ignore: decorator
@inline
export function rowPairs(): RowPairs {
  return changetype<RowPairs>(plans + ROWS_PLAN);
}

/**
 * Adds dy·x̂ to dw and dy to db, for a row or for a pair. Gives the address of the two sums of each row, which `gradRow` takes.
 */
// @ts-ignore: decorator
@inline
export function gradSums(
  centred: bool,
  pair: bool,
  rows: RowPairs,
  x: usize,
  dy: usize,
  mean: usize,
  rstd: usize,
): usize {
  const n = rows.n,
    w = rows.w,
    dw = rows.dw,
    db = rows.db;
  if (pair) {
    if (w && dw && (db || !centred)) vectorSums(centred, true, true, rows, x, dy, mean, rstd);
    else vectorSums(centred, false, true, rows, x, dy, mean, rstd);
  } else {
    vectorSums(centred, false, false, rows, x, dy, mean, rstd);
  }
  if (n & 3) {
    restSums(x, dy, n, centred ? f32.load(mean) : 0, f32.load(rstd), w, dw, db, sums());
    if (pair) {
      const mean1: f32 = centred ? f32.load(elementAt(mean, rows.next)) : 0;
      const rstd1 = f32.load(elementAt(rstd, rows.next));
      restSums(elementAt(x, rows.apart), elementAt(dy, rows.apart), n, mean1, rstd1, w, dw, db, sums() + 16);
    }
  }
  return sums();
}

/** The whole vectors of one row or two; `all`: the tensors that there may be are there. */
// @ts-ignore: decorator
@inline
function vectorSums(
  centred: bool,
  all: bool,
  pair: bool,
  rows: RowPairs,
  x0: usize,
  dy0: usize,
  mean0: usize,
  rstd0: usize,
): void {
  const n = rows.n,
    w = rows.w,
    dw = rows.dw,
    db = rows.db;
  const x1 = pair ? elementAt(x0, rows.apart) : x0,
    dy1 = pair ? elementAt(dy0, rows.apart) : dy0;
  const mean1 = pair && centred ? elementAt(mean0, rows.next) : mean0,
    rstd1 = pair ? elementAt(rstd0, rows.next) : rstd0;
  const m0 = centred ? v128.load32_splat(mean0) : c4(0),
    m1 = centred ? v128.load32_splat(mean1) : c4(0);
  const r0 = v128.load32_splat(rstd0),
    r1 = v128.load32_splat(rstd1);
  let s0 = c4(0),
    d0 = s0,
    s1 = s0,
    d1 = s0;
  for (let i = 0; i + 4 <= n; i += 4) {
    const g0 = v128.load(elementAt(dy0, i));
    const p0 = f32x4.mul(g0, f32x4.mul(less(centred, v128.load(elementAt(x0, i)), m0), r0));
    const g1 = pair ? v128.load(elementAt(dy1, i)) : g0;
    const p1 = pair ? f32x4.mul(g1, f32x4.mul(less(centred, v128.load(elementAt(x1, i)), m1), r1)) : p0;
    if (all || dw)
      v128.store(elementAt(dw, i), f32x4.add(v128.load(elementAt(dw, i)), pair ? f32x4.add(p0, p1) : p0));
    if (centred && (all || db))
      v128.store(elementAt(db, i), f32x4.add(v128.load(elementAt(db, i)), pair ? f32x4.add(g0, g1) : g0));
    const weight = all || w ? v128.load(elementAt(w, i)) : c4(1);
    if (centred) s0 = madd(g0, weight, s0);
    d0 = madd(p0, weight, d0);
    if (centred && pair) s1 = madd(g1, weight, s1);
    if (pair) d1 = madd(p1, weight, d1);
  }
  f64.store(sums(), sumLanes(s0));
  f64.store(sums(), sumLanes(d0), 8);
  if (pair) {
    f64.store(sums(), sumLanes(s1), 16);
    f64.store(sums(), sumLanes(d1), 24);
  }
}

/** The last one, two or three elements of a row. */
function restSums(
  x: usize,
  dy: usize,
  n: i32,
  mean: f32,
  rstd: f32,
  w: usize,
  dw: usize,
  db: usize,
  to: usize,
): void {
  for (let i = n & ~3; i < n; i++) {
    const g = f32.load(elementAt(dy, i));
    const product: f32 = g * ((f32.load(elementAt(x, i)) - mean) * rstd);
    if (dw) f32.store(elementAt(dw, i), f32.load(elementAt(dw, i)) + product);
    if (db) f32.store(elementAt(db, i), f32.load(elementAt(db, i)) + g);
    const weight: f32 = w ? f32.load(elementAt(w, i)) : 1;
    f64.store(to, f64.load(to) + <f64>(g * weight));
    f64.store(to, f64.load(to, 8) + <f64>(product * weight), 8);
  }
}

/** dx = rstd · (dy·w − a/n − x̂·b/n), with a (0 where not `centred`) and b the sums at `sums`. */
// @ts-ignore: decorator
@inline
export function gradRow(
  centred: bool,
  x: usize,
  dy: usize,
  dx: usize,
  n: i32,
  mean: f32,
  rstd: f32,
  w: usize,
  sums: usize,
): void {
  if (w) back(centred, true, x, dy, dx, n, mean, rstd, w, sums);
  else back(centred, false, x, dy, dx, n, mean, rstd, w, sums);
}

// @ts-ignore: decorator
@inline
function back(
  centred: bool,
  scaled: bool,
  x: usize,
  dy: usize,
  dx: usize,
  n: i32,
  mean: f32,
  rstd: f32,
  w: usize,
  sums: usize,
): void {
  const wide = <f64>rstd;
  const shift: f32 = centred ? <f32>((-f64.load(sums) / <f64>n) * wide) : 0;
  const slope = <f32>((-f64.load(sums, 8) / <f64>n) * wide * wide);
  const mu = c4(mean),
    r = c4(rstd),
    slope4 = c4(slope),
    shift4 = c4(shift);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const from = elementAt(x, i),
      grad = elementAt(dy, i),
      to = elementAt(dx, i),
      weight = elementAt(w, i);
    let g0 = v128.load(grad),
      g1 = v128.load(grad, 16);
    if (scaled) g0 = f32x4.mul(g0, v128.load(weight));
    if (scaled) g1 = f32x4.mul(g1, v128.load(weight, 16));
    const rest0 = centred ? madd(g0, r, shift4) : f32x4.mul(g0, r),
      rest1 = centred ? madd(g1, r, shift4) : f32x4.mul(g1, r);
    const d0 = madd(less(centred, v128.load(from), mu), slope4, rest0),
      d1 = madd(less(centred, v128.load(from, 16), mu), slope4, rest1);
    v128.store(to, d0);
    v128.store(to, d1, 16);
  }
  for (; i < n; i++) {
    const g: f32 = scaled
      ? f32.load(elementAt(dy, i)) * f32.load(elementAt(w, i))
      : f32.load(elementAt(dy, i));
    f32.store(elementAt(dx, i), (f32.load(elementAt(x, i)) - mean) * slope + (g * rstd + shift));
  }
}
