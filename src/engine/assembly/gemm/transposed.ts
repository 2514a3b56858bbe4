import { plans, reduceScratch, TRANSPOSED_PLAN } from "../simd/memory";
import { Product } from "./product";
import { macroKernel, macroKernel4 } from "./macroKernel";
import { NR } from "./microKernel";

/** Of n columns those that are left over, if they are so few that a tile of them would be mostly empty. */
// @ts-ignore: decorator
@inline
export function narrowOf(n: i32): i32 {
  return (n & 7) <= 4 ? n & 7 : 0;
}

/**
 * Up to four columns of C = Aᵀ·B, where rows of A lie as panels of B do: a tile is transposed, with these columns for rows
 * and rows of C for columns, so that its vectors are full. Each element is summed up in the same order as elsewhere.
 */
export function transposedTile(
  product: Product,
  n: i32,
  a: usize,
  b: usize,
  bRow: usize,
  c: usize,
  bias: usize,
): void {
  const m = product.m,
    cRow = product.cRow,
    accumulate = product.accumulate;
  const tile = reduceScratch;
  const transposed = changetype<Product>(plans + TRANSPOSED_PLAN);
  transposed.m = n;
  transposed.k = product.k;
  transposed.aRow = 4;
  transposed.aCol = bRow;
  transposed.bRow = product.aCol;
  transposed.cRow = (<usize>NR) << 2;
  transposed.accumulate = false;
  let i = 0;
  for (; i + NR <= m; i += NR, a += (<usize>NR) << 2, c += cRow * <usize>NR) {
    macroKernel(transposed, b, a, tile, 0);
    for (let j = 0; j < n; j++) {
      const from = tile + ((<usize>(j * NR)) << 2);
      const more = bias ? f32.load(bias + ((<usize>j) << 2)) : 0;
      let to = c + ((<usize>j) << 2);
      for (let r: usize = 0; r < (<usize>NR) << 2; r += 4, to += cRow) {
        let x = f32.load(from + r);
        if (bias) x += more;
        f32.store(to, accumulate ? x + f32.load(to) : x);
      }
    }
  }
  if (i == m) return;
  product.m = m - i;
  product.bRow = bRow;
  macroKernel4(product, a, b, c, bias, n);
  product.m = m;
}
