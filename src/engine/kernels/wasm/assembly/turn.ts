/** Outputs of a panel that lie side by side: 8, of what is left over 4 or 8. */
// @ts-ignore: decorator
@inline
export function panelOf(left: i32): i32 {
  return left > 4 ? 8 : 4;
}

/** The n planes of each sample of a block, as panels: for each pixel 8 outputs side by side. */
export function turnBlock(images: i32, n: i32, area: i32, dy: usize, sample: i32, to: usize): void {
  for (let o = 0; o < n; o += 8) {
    const width = panelOf(n - o), step = (<usize>width) << 2;
    for (let i = 0; i < images; i++) {
      for (let half = 0; half < width; half += 4) {
        const from = dy + ((<usize>(i * sample + (o + half) * area)) << 2);
        turnRows(min(4, n - o - half), area, from, (<usize>area) << 2, to + ((<usize>half) << 2), step);
      }
      to += step * <usize>area;
    }
  }
}

/**
 * Four rows of `n` elements (of which `rows` exist, `row` bytes apart) as columns: n times four elements side by side, `step`
 * bytes apart. Rows that do not exist are read from the last that does: nobody uses them.
 */
function turnRows(rows: i32, n: i32, from: usize, row: usize, to: usize, step: usize): void {
  const r1 = from + (rows > 1 ? row : 0);
  const r2 = rows > 2 ? from + row * 2 : r1;
  const r3 = rows > 3 ? from + row * 3 : r2;
  let i: usize = 0;
  const bytes = (<usize>n) << 2;
  for (; i + 16 <= bytes; i += 16, to += step * 4) {
    const x0 = v128.load(from + i), x1 = v128.load(r1 + i), x2 = v128.load(r2 + i), x3 = v128.load(r3 + i);
    const t0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), t1 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const t2 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), t3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
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
