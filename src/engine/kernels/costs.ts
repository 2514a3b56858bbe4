/*
 * Rough costs of the kernels in WebAssembly on one core, with 256-bit SIMD, in nanoseconds: what matters is their ratio.
 * What a kernel gives as so many nanoseconds an element was measured in cache, with 4,096 elements.
 */
export const NS_PER_CALL = 50;

/** Products that are summed up: two operations each, at 100 GFLOP/s. */
export const products = (count: number): number => count * 0.02;

/** An elementwise pass, in cache. */
export const elements = (count: number): number => count * 0.25;

/** A number that is drawn. */
export const DRAWN = 20;

/** A pass of statistics. */
export const statisticsOf = (count: number): number => count * 0.1;

/** A pass that counts elements into the bins of a histogram. */
export const counts = (count: number): number => count * 0.8;
