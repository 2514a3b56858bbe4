/** Whether n elements have the same bits as n others. */
export function isSame(x: usize, y: usize, n: i32): bool {
  let i = 0;
  for (; i + 16 <= n; i += 16, x += 64, y += 64) {
    const a = v128.xor(v128.load(x), v128.load(y)),
      b = v128.xor(v128.load(x, 16), v128.load(y, 16));
    const c = v128.xor(v128.load(x, 32), v128.load(y, 32)),
      d = v128.xor(v128.load(x, 48), v128.load(y, 48));
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return false;
  }
  return memory.compare(x, y, (<usize>(n - i)) << 2) == 0;
}

/** Σ(y − x)² of n elements, each difference in double precision. */
export function exactDistance(x: usize, y: usize, n: i32): f64 {
  let a: v128 = f64x2.splat(0),
    b: v128 = a;
  const end = x + ((<usize>(n & ~3)) << 2);
  for (; x < end; x += 16, y += 16) {
    const v = v128.load(x),
      w = v128.load(y);
    const low = f64x2.sub(f64x2.promote_low_f32x4(w), f64x2.promote_low_f32x4(v));
    const high = f64x2.sub(
      f64x2.promote_low_f32x4(v128.shuffle<i64>(w, w, 1, 0)),
      f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)),
    );
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  const pairs = f64x2.add(a, b);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (let i = n & 3; i > 0; i--, x += 4, y += 4) {
    const change = <f64>f32.load(y) - <f64>f32.load(x);
    sum += change * change;
  }
  return sum;
}
