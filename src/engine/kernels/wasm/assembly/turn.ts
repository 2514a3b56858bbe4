/**
 * Four rows of `n` elements (of which `rows` exist, `row` bytes apart) as columns: n times four elements side by side, `step`
 * bytes apart. Those of rows that do not exist are 0.
 */
export function turnRows(rows: i32, n: i32, from: usize, row: usize, to: usize, step: usize): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4, from += 16, to += step * 4) {
    const x0 = v128.load(from), x1 = rows > 1 ? v128.load(from + row) : zero;
    const x2 = rows > 2 ? v128.load(from + row * 2) : zero, x3 = rows > 3 ? v128.load(from + row * 3) : zero;
    const t0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), t1 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), t3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
    v128.store(to + step, v128.shuffle<i64>(t0, t2, 1, 3));
    v128.store(to + step * 2, v128.shuffle<i64>(t1, t3, 0, 2));
    v128.store(to + step * 3, v128.shuffle<i64>(t1, t3, 1, 3));
  }
  for (; i < n; i++, from += 4, to += step) {
    f32.store(to, f32.load(from));
    f32.store(to, rows > 1 ? f32.load(from + row) : 0, 4);
    f32.store(to, rows > 2 ? f32.load(from + row * 2) : 0, 8);
    f32.store(to, rows > 3 ? f32.load(from + row * 3) : 0, 12);
  }
}
