import { A_BY_COLUMNS, A_BY_ROWS, ANYHOW, microKernel, MR, NR, PACKED, rowsOfNext } from "./microKernel";
import { Product } from "./product";

/** All rows of C for one panel of columns: tiles of `MR`, then what is left. */
// @ts-ignore: decorator
@inline
function macroKernelOf(
  width: i32,
  lies: i32,
  product: Product,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  columns: i32,
): void {
  const aRow = lies == PACKED ? (<usize>product.k) << 2 : lies == A_BY_COLUMNS ? <usize>4 : product.aRow,
    cRow = product.cRow;
  for (let left = product.m, rows = 0; left > 0; left -= rows) {
    rows = rowsOfNext(left);
    switch (rows) {
      case 6:
        if (MR == 6) microKernel(6, width, lies, product, a, b, c, bias, columns);
        break;
      case 5:
        microKernel(5, width, lies, product, a, b, c, bias, columns);
        break;
      case 4:
        microKernel(4, width, lies, product, a, b, c, bias, columns);
        break;
      case 3:
        microKernel(3, width, lies, product, a, b, c, bias, columns);
        break;
      case 2:
        microKernel(2, width, lies, product, a, b, c, bias, columns);
        break;
      default:
        microKernel(1, width, lies, product, a, b, c, bias, columns);
    }
    a += aRow * <usize>rows;
    c += cRow * <usize>rows;
  }
}

// Those that are compiled: what varies between them is how A and B lie, and the width.
export function macroKernel(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  macroKernelOf(NR, ANYHOW, product, a, b, c, bias, NR);
}
export function rowsMacroKernel(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  macroKernelOf(NR, A_BY_ROWS, product, a, b, c, bias, NR);
}
export function columnsMacroKernel(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  macroKernelOf(NR, A_BY_COLUMNS, product, a, b, c, bias, NR);
}
export function packedMacroKernel(product: Product, a: usize, b: usize, c: usize, bias: usize): void {
  macroKernelOf(NR, PACKED, product, a, b, c, bias, NR);
}
export function macroKernel8(
  product: Product,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  columns: i32,
): void {
  macroKernelOf(8, ANYHOW, product, a, b, c, bias, columns);
}
export function macroKernel4(
  product: Product,
  a: usize,
  b: usize,
  c: usize,
  bias: usize,
  columns: i32,
): void {
  macroKernelOf(4, ANYHOW, product, a, b, c, bias, columns);
}
