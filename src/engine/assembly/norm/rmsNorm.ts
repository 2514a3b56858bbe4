import { f32At } from "../simd/memory";
import { inRange } from "../simd/range";
import { affineRow, gradRow, gradSums, rowPairs } from "./rows";
import { spreadOf } from "./runs";

/** See `rmsNormKernels.rmsNorm`. */
export function rmsNorm(rows: i32, n: i32, x: i32, y: i32, weight: i32, rstd: i32, eps: f64): void {
  const w = weight < 0 ? <usize>0 : f32At(weight);
  for (let row = 0, at = 0; row < rows; row++, at += n) {
    const r = <f32>(1 / sqrt<f64>(inRange(spreadOf(f32At(x + at), n, 0)) / <f64>n + eps));
    f32.store(f32At(rstd + row), r);
    affineRow(false, f32At(x + at), f32At(y + at), n, 0, r, w, 0);
  }
}

/** See `rmsNormKernels.rmsNormGrad`. */
export function rmsNormGrad(
  rows: i32,
  n: i32,
  x: i32,
  dy: i32,
  weight: i32,
  rstd: i32,
  dx: i32,
  dweight: i32,
): void {
  const w = weight < 0 ? <usize>0 : f32At(weight),
    dw = dweight < 0 ? <usize>0 : f32At(dweight);
  if (dw) memory.fill(dw, 0, (<usize>n) << 2);
  const pairs = rowPairs();
  pairs.n = n;
  pairs.apart = n;
  pairs.next = 1;
  pairs.w = w;
  pairs.dw = dw;
  pairs.db = 0;
  for (let row = 0; row < rows; row += 2) {
    const pair = row + 1 < rows;
    const sums = gradSums(false, pair, pairs, f32At(x + row * n), f32At(dy + row * n), 0, f32At(rstd + row));
    for (let second = 0; second <= <i32>pair; second++) {
      const at = (row + second) * n;
      gradRow(
        false,
        f32At(x + at),
        f32At(dy + at),
        f32At(dx + at),
        n,
        0,
        f32.load(f32At(rstd + row + second)),
        w,
        sums + ((<usize>second) << 4),
      );
    }
  }
}
