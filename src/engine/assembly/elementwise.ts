import { sumOfFour } from "./statistics/moments";
import { f32At } from "./simd/memory";

/** See `elementwiseKernels.add`. */
export function add(n: i32, a: i32, b: i32, out: i32): void {
  let x = f32At(a),
    y = f32At(b),
    z = f32At(out);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    v128.store(z, f32x4.add(v128.load(x), v128.load(y)));
    v128.store(z, f32x4.add(v128.load(x, 16), v128.load(y, 16)), 16);
    x += 32;
    y += 32;
    z += 32;
  }
  for (; i < n; i++) {
    f32.store(z, f32.load(x) + f32.load(y));
    x += 4;
    y += 4;
    z += 4;
  }
}

/** See `elementwiseKernels.multiply`. */
export function multiply(n: i32, a: i32, b: i32, out: i32): void {
  let x = f32At(a),
    y = f32At(b),
    z = f32At(out);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    v128.store(z, f32x4.mul(v128.load(x), v128.load(y)));
    v128.store(z, f32x4.mul(v128.load(x, 16), v128.load(y, 16)), 16);
    x += 32;
    y += 32;
    z += 32;
  }
  for (; i < n; i++) {
    f32.store(z, f32.load(x) * f32.load(y));
    x += 4;
    y += 4;
    z += 4;
  }
}

/** See `elementwiseKernels.fill`. */
export function fill(n: i32, at: i32, value: f64): void {
  const x = f32At(at);
  const four = f32x4.splat(<f32>value);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(x + ((<usize>i) << 2), four);
  for (; i < n; i++) f32.store(x + ((<usize>i) << 2), <f32>value);
}

/** See `elementwiseKernels.copyRows`. */
export function copyRows(rows: i32, n: i32, x: i32, ldx: i32, y: i32, ldy: i32): void {
  let from = f32At(x),
    to = f32At(y);
  const stepX = (<usize>ldx) << 2,
    stepY = (<usize>ldy) << 2;
  const end = (<usize>(n & ~3)) << 2;
  for (let r = 0; r < rows; r++) {
    let i: usize = 0;
    for (; i + 32 <= end; i += 32) {
      const low = v128.load(from + i),
        high = v128.load(from + i, 16);
      v128.store(to + i, low);
      v128.store(to + i, high, 16);
    }
    if (i < end) {
      v128.store(to + i, v128.load(from + i));
      i += 16;
    }
    for (let j = n & ~3; j < n; j++, i += 4) f32.store(to + i, f32.load(from + i));
    from += stepX;
    to += stepY;
  }
}

/**
 * See `matrixKernels.columnSums`. Sixteen columns at a time, so that every row is read along a line of the cache; four rows,
 * of which only the sum has to wait for those before.
 */
export function columnSums(rows: i32, n: i32, X: i32, ldx: i32, out: i32, accumulate: i32): void {
  const step = (<usize>ldx) << 2;
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    let x = f32At(X + j);
    const to = f32At(out + j);
    let s0: v128 = accumulate ? v128.load(to) : f32x4.splat(0);
    let s1: v128 = accumulate ? v128.load(to, 16) : f32x4.splat(0);
    let s2: v128 = accumulate ? v128.load(to, 32) : f32x4.splat(0);
    let s3: v128 = accumulate ? v128.load(to, 48) : f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= rows; i += 4) {
      const y = x + step,
        z = y + step,
        w = z + step;
      s0 = f32x4.add(s0, sumOfFour(v128.load(x), v128.load(y), v128.load(z), v128.load(w)));
      s1 = f32x4.add(s1, sumOfFour(v128.load(x, 16), v128.load(y, 16), v128.load(z, 16), v128.load(w, 16)));
      s2 = f32x4.add(s2, sumOfFour(v128.load(x, 32), v128.load(y, 32), v128.load(z, 32), v128.load(w, 32)));
      s3 = f32x4.add(s3, sumOfFour(v128.load(x, 48), v128.load(y, 48), v128.load(z, 48), v128.load(w, 48)));
      x = w + step;
    }
    for (; i < rows; i++, x += step) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      s2 = f32x4.add(s2, v128.load(x, 32));
      s3 = f32x4.add(s3, v128.load(x, 48));
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; j + 4 <= n; j += 4) {
    let x = f32At(X + j);
    const to = f32At(out + j);
    let s: v128 = accumulate ? v128.load(to) : f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      s = f32x4.add(s, v128.load(x));
      x += step;
    }
    v128.store(to, s);
  }
  for (; j < n; j++) {
    let x = f32At(X + j);
    const to = f32At(out + j);
    let s: f32 = accumulate ? f32.load(to) : 0;
    for (let i = 0; i < rows; i++) {
      s += f32.load(x);
      x += step;
    }
    f32.store(to, s);
  }
}
