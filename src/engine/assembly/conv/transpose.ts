import { transposeRows } from "../simd/transpose";

/** n planes of `area` elements as pixels: for each, the elements of all planes side by side, `step` bytes from pixel to pixel. */
export function transposePlanes(n: i32, area: i32, planes: usize, to: usize, step: usize): void {
  for (let o = 0; o < n; o += 4) {
    const from = planes + ((<usize>(o * area)) << 2);
    transposeRows(min(4, n - o), area, from, (<usize>area) << 2, to + ((<usize>o) << 2), step);
  }
}
