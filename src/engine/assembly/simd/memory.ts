/**
 * Where the two parts of the memory begin, in bytes. Set once, before the first kernel: kernels are called with element
 * numbers, as every implementation is.
 */
export let floats: usize = 0;
export let doubles: usize = 0;
/** A place of this instance, that only one kernel uses at a time. What is static is shared by all threads: it must not be written. */
export let scratch: usize = 0;
/** Another, for vectors that are added up: see ./lanes. */
export let reduceScratch: usize = 0;

/** Bytes at `reduceScratch`. */
export const REDUCE_SCRATCH: usize = 256;

export function place(floatsAt: usize, doublesAt: usize, scratchAt: usize): void {
  floats = floatsAt;
  doubles = doublesAt;
  reduceScratch = scratchAt;
  scratch = scratchAt + REDUCE_SCRATCH;
}

// @ts-ignore: decorator
@inline
export function f32At(element: i32): usize {
  return floats + ((<usize>element) << 2);
}

// @ts-ignore: decorator
@inline
export function elementAt(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2);
}

// @ts-ignore: decorator
@inline
export function f64At(element: i32): usize {
  return doubles + ((<usize>element) << 3);
}

/** a·b + c: one instruction where the build has relaxed SIMD, else two. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Floats of the vectors that the host computes with: 8 where it revectorizes two of four that lie side by side. */
export const LANES: i32 = isDefined(WIDE_SIMD) ? 8 : 4;

/** First byte that the build does not use itself. */
export function end(): usize {
  return __heap_base;
}
