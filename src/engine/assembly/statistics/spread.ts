import { f32At, f64At, scratch } from "../simd/memory";
import { addTwo, loadLanes, sumLanes } from "../simd/lanes";
import { isSure } from "./squares";

/*
 * The samples of a batch are rows, whose first one is taken from all others: what is left are differences between samples, which
 * single precision holds to the last digit where samples are all but equal.
 */

/** Columns side by side, a line of the cache. */
const COLUMNS: i32 = 16;

/** Rows whose sums are kept in single precision before they are added up in double. */
const ROWS: i32 = 64;

/** Where the deviations from the mean are less than this part of those from the first row, which is another then, they are taken anew. */
const CANCELS: f64 = 0.1;

/** Bytes of a sum in double precision for each column, at `scratch`; behind them are those of single precision. */
const SUMS: usize = (<usize>COLUMNS) << 3;

/** See `statisticsKernels.spread`. */
export function spread(rows: i32, n: i32, at: i32, ld: i32, out: i32): void {
  const step = (<usize>ld) << 2;
  let x = f32At(at);
  let total: f64 = 0;
  let j = 0;
  for (; j + COLUMNS <= n; j += COLUMNS, x += (<usize>COLUMNS) << 2) total += ofSixteen(rows, x, step);
  for (; j < n; j += 4, x += 16) total += ofFour(rows, x, step, min(4, n - j));
  f64.store(f64At(out), total);
}

function ofSixteen(rows: i32, x: usize, step: usize): f64 {
  const nil: v128 = f32x4.splat(0);
  const sums = scratch;
  memory.fill(sums, 0, SUMS);
  const f0 = v128.load(x),
    f1 = v128.load(x, 16),
    f2 = v128.load(x, 32),
    f3 = v128.load(x, 48);
  let row = x + step;
  let squares: f64 = 0;
  let sure = true;
  for (let left = rows - 1; left > 0; left -= ROWS) {
    let s0: v128 = nil,
      s1: v128 = nil,
      s2: v128 = nil,
      s3: v128 = nil,
      q0: v128 = nil,
      q1: v128 = nil;
    for (let i = min(left, ROWS); i > 0; i--, row += step) {
      const d0 = f32x4.sub(v128.load(row), f0),
        d1 = f32x4.sub(v128.load(row, 16), f1),
        d2 = f32x4.sub(v128.load(row, 32), f2),
        d3 = f32x4.sub(v128.load(row, 48), f3);
      s0 = f32x4.add(s0, d0);
      s1 = f32x4.add(s1, d1);
      s2 = f32x4.add(s2, d2);
      s3 = f32x4.add(s3, d3);
      q0 = f32x4.add(q0, f32x4.add(f32x4.mul(d0, d0), f32x4.mul(d2, d2)));
      q1 = f32x4.add(q1, f32x4.add(f32x4.mul(d1, d1), f32x4.mul(d3, d3)));
    }
    const q = <f32>sumLanes(addTwo(q0, q1));
    sure = sure && isSure(q);
    squares += q;
    // Stored side by side, as those of all loops are: see ../simd/lanes.
    const some = sums + SUMS;
    v128.store(some, s0);
    v128.store(some, s1, 16);
    v128.store(some, s2, 32);
    v128.store(some, s3, 48);
    for (let i: usize = 0; i < SUMS; i += 16) {
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(some + (i >> 1)));
      v128.store(sums + i, f64x2.add(v128.load(sums + i), pair));
    }
  }
  let means: f64 = 0;
  for (let i: usize = 0; i < SUMS; i += 8) means += f64.load(sums + i) * f64.load(sums + i);
  const deviations = squares - means / rows;
  if (sure && deviations > CANCELS * squares) return deviations;
  return (
    ofFour(rows, x, step, 4) +
    ofFour(rows, x + 16, step, 4) +
    ofFour(rows, x + 32, step, 4) +
    ofFour(rows, x + 48, step, 4)
  );
}

/** The same of up to four columns, in double precision: first their means, then the deviations. */
function ofFour(rows: i32, x: usize, step: usize, lanes: i32): f64 {
  let low: v128 = f64x2.splat(0),
    high: v128 = low;
  let row = x;
  for (let i = rows; i > 0; i--, row += step) {
    const v = lanes == 4 ? v128.load(row) : loadLanes(row, lanes, 0);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)));
  }
  const count: v128 = f64x2.splat(<f64>rows);
  low = f64x2.div(low, count);
  high = f64x2.div(high, count);
  let squares: v128 = f64x2.splat(0);
  row = x;
  for (let i = rows; i > 0; i--, row += step) {
    const v = lanes == 4 ? v128.load(row) : loadLanes(row, lanes, 0);
    const a = f64x2.sub(f64x2.promote_low_f32x4(v), low),
      b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)), high);
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
  }
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}
