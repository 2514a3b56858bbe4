/**
 * Four rows of `n` elements (of which `rows` exist, `row` bytes apart) as columns: n times four elements side by side, `step`
 * bytes apart. Rows that do not exist are read from the last that does: nobody uses them.
 */
export function transposeRows(rows: i32, n: i32, from: usize, row: usize, to: usize, step: usize): void {
  const r1 = from + (rows > 1 ? row : 0);
  const r2 = rows > 2 ? from + row * 2 : r1;
  const r3 = rows > 3 ? from + row * 3 : r2;
  let i: usize = 0;
  const bytes = (<usize>n) << 2;
  for (; i + 16 <= bytes; i += 16, to += step * 4) {
    const x0 = v128.load(from + i),
      x1 = v128.load(r1 + i),
      x2 = v128.load(r2 + i),
      x3 = v128.load(r3 + i);
    const t0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5),
      t1 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5),
      t3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
    v128.store(to + step, v128.shuffle<i64>(t0, t2, 1, 3));
    v128.store(to + step * 2, v128.shuffle<i64>(t1, t3, 0, 2));
    v128.store(to + step * 3, v128.shuffle<i64>(t1, t3, 1, 3));
  }
  for (; i < bytes; i += 4, to += step) {
    f32.store(to, f32.load(from + i));
    f32.store(to, f32.load(r1 + i), 4);
    f32.store(to, f32.load(r2 + i), 8);
    f32.store(to, f32.load(r3 + i), 12);
  }
}
