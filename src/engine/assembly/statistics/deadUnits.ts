import { countLanes, loadLanes } from "../simd/lanes";
import { f32At, f64At } from "../simd/memory";

/** See `statisticsKernels.deadUnits`. */
export function deadUnits(outer: i32, channels: i32, inner: i32, at: i32, out: i32): void {
  let dead = 0;
  if (inner == 1) {
    let c = 0;
    for (; c + 16 <= channels; c += 16) dead += deadColumns(outer, channels, f32At(at + c));
    for (; c < channels; c += 4) dead += deadLanes(outer, channels, min(4, channels - c), f32At(at + c));
  } else {
    for (let c = 0; c < channels; c++) {
      let alive = false;
      for (let o = 0; o < outer && !alive; o++)
        alive = anyNonZero(f32At(at + (o * channels + c) * inner), inner);
      if (!alive) dead++;
    }
  }
  f64.store(f64At(out), <f64>dead);
}

/** Rows after which it is looked whether any column is still 0 throughout. */
const LOOK: i32 = 8;

/** Of sixteen columns side by side, a line of the cache, how many are 0 in every row. */
function deadColumns(rows: i32, width: i32, x: usize): i32 {
  const step = (<usize>width) << 2;
  let a: v128 = i32x4.splat(0),
    b: v128 = a,
    c: v128 = a,
    d: v128 = a;
  for (let r = 0; r < rows;) {
    for (const end = min(r + LOOK, rows); r < end; r++, x += step) {
      a = v128.or(a, v128.load(x));
      b = v128.or(b, v128.load(x, 16));
      c = v128.or(c, v128.load(x, 32));
      d = v128.or(d, v128.load(x, 48));
    }
    if (allNonZero(a) && allNonZero(b) && allNonZero(c) && allNonZero(d)) return 0;
  }
  return 16 - nonZeros(a) - nonZeros(b) - nonZeros(c) - nonZeros(d);
}

/** Whether there is a bit in every lane beside the sign, which zeros may have. */
// @ts-ignore: decorator
@inline
function allNonZero(bits: v128): bool {
  return i32x4.all_true(i32x4.shl(bits, 1));
}

// @ts-ignore: decorator
@inline
function nonZeros(bits: v128): i32 {
  return popcnt(i32x4.bitmask(i32x4.ne(i32x4.shl(bits, 1), i32x4.splat(0))));
}

/** The same of up to four columns. */
function deadLanes(rows: i32, width: i32, lanes: i32, x: usize): i32 {
  const nil = f32x4.splat(0);
  const step = (<usize>width) << 2;
  let dead: v128 = i32x4.splat(-1);
  for (let r = 0; r < rows; r++, x += step) {
    dead = v128.and(dead, f32x4.eq(lanes == 4 ? v128.load(x) : loadLanes(x, lanes, 1), nil));
    if (!v128.any_true(dead)) return 0;
  }
  return -countLanes(dead);
}

function anyNonZero(x: usize, n: i32): bool {
  const nil = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16) {
    if (!i32x4.all_true(f32x4.eq(v128.load(x), nil))) return true;
  }
  for (; i < n; i++, x += 4) {
    if (f32.load(x) != 0) return true;
  }
  return false;
}
