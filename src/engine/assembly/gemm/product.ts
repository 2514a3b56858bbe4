import { GEMM_PLAN, plans } from "../simd/memory";

/** C[m,n] = A[m,k]·B[k,n], of as many columns as are asked for. All distances are in bytes. */
@unmanaged
export class Product {
  m: i32;
  k: i32;
  /** From row to row of A and from column to column: one of them is 4. */
  aRow: usize;
  aCol: usize;
  /** From row to row of B, or of the panel of it that is multiplied by. */
  bRow: usize;
  cRow: usize;
  /** Plus what C holds. */
  accumulate: bool;
}

/** That of the kernel at work. */
// @ts-ignore: decorator
@inline
export function productPlan(): Product {
  return changetype<Product>(plans + GEMM_PLAN);
}
