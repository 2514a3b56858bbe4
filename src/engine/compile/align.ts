/** Blocks of memory begin at multiples of a SIMD register's four lanes. */
export const align = (n: number): number => (n + 3) & ~3;
