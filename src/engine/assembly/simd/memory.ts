/*
 * The only variables of a module: an instance belongs to one thread and a memory to all of them, so that these are what a thread
 * has of its own. `place` sets them once, before the first kernel; what is static in the memory is never written.
 */

/** Where the two parts of the memory begin, in bytes: kernels are called with element numbers, as every implementation is. */
export let floats: usize = 0;
export let doubles: usize = 0;
/** A place of this thread's, that only one kernel uses at a time. */
export let scratch: usize = 0;
/** Another, for vectors that are added up: see ./lanes. */
export let reduceScratch: usize = 0;
/** Another, for structs that the files of one kernel share while it is at work. */
export let plans: usize = 0;

/** Bytes at `reduceScratch` and at `plans`. */
export const REDUCE_SCRATCH: usize = 256;
export const PLANS: usize = 512;

/** Where they are, in bytes from `plans`: apart, since a convolution and attention multiply matrices. */
export const GEMM_PLAN: usize = 0;
export const TRANSPOSED_PLAN: usize = 64;
export const SHAPE_PLAN: usize = 128;
export const CONV_PLAN: usize = 192;
export const ROWS_PLAN: usize = 320;

export function place(floatsAt: usize, doublesAt: usize, scratchAt: usize): void {
  floats = floatsAt;
  doubles = doublesAt;
  reduceScratch = scratchAt;
  plans = scratchAt + REDUCE_SCRATCH;
  scratch = plans + PLANS;
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
