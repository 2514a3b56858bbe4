import { f32At } from "../simd/memory";
import { SLOPES, VALUES } from "./loops";

/** See `activationKernels.activation`. */
export function activation(kind: i32, n: i32, x: i32, y: i32, alpha: f64, beta: f64): void {
  VALUES[kind](n, f32At(x), f32At(y), alpha, beta);
}

/** See `activationKernels.activationGrad`. */
export function activationGrad(
  kind: i32,
  n: i32,
  x: i32,
  y: i32,
  dy: i32,
  dx: i32,
  alpha: f64,
  beta: f64,
): void {
  SLOPES[kind](n, f32At(x), f32At(y), f32At(dy), f32At(dx), alpha, beta);
}
