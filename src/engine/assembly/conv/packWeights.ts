/** Rows of a tile: 6 × 8 with FMA; without it a product needs one more register. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Rows of the tile that begins at `row`: rows are divided as evenly as can be, the larger tiles first. */
// @ts-ignore: decorator
@inline
function tileRows(rows: i32, row: i32): i32 {
  const left = rows - row;
  return (left + (left + MR - 1) / MR - 1) / ((left + MR - 1) / MR);
}

/**
 * Packs W for the tiles: for each tile its rows' biases (0: where there are none), then its rows side by side for each of the
 * `outer` · `inner` products. In W rows are `row` elements apart, outer products `step`, and inner ones 1, or where `back` is
 * true −1 from the last one on. Returns where they end: one number more for each row than in W.
 */
export function packWeights(
  W: usize,
  bias: usize,
  rows: i32,
  outer: i32,
  inner: i32,
  row: i32,
  step: i32,
  back: bool,
  to: usize,
): usize {
  for (let r = 0; r < rows;) {
    const end = r + tileRows(rows, r);
    for (let j = r; j < end; j++, to += 4) f32.store(to, bias ? f32.load(bias + ((<usize>j) << 2)) : 0);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = o * step + (back ? inner - 1 - i : i);
        for (let j = r; j < end; j++, to += 4) f32.store(to, f32.load(W + ((<usize>(j * row + at)) << 2)));
      }
    }
    r = end;
  }
  return to;
}
