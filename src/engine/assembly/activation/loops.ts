// From src/engine/activations/: npm run build writes it.

import { mapAll, slopeAll } from "./activations";
import {
  RELU,
  LEAKY_RELU,
  ELU,
  SELU,
  GELU,
  GELU_TANH,
  SILU,
  MISH,
  SOFTPLUS,
  HARDTANH,
  HARDSWISH,
  HARDSIGMOID,
  SIGMOID,
  TANH,
  SOFTSIGN,
  LOG_SIGMOID,
} from "./kinds";

/*
 * Called through tables, so that each stays a function of its own: in one of them all, V8 runs out of registers.
 */
type Values = (n: i32, x: usize, y: usize, a: f64, b: f64) => void;
type Slopes = (n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64) => void;

export function relu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(RELU, n, x, y, a, b);
}
function reluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(RELU, n, x, y, dy, dx, a, b);
}

export function leakyRelu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(LEAKY_RELU, n, x, y, a, b);
}
function leakyReluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(LEAKY_RELU, n, x, y, dy, dx, a, b);
}

export function elu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(ELU, n, x, y, a, b);
}
function eluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(ELU, n, x, y, dy, dx, a, b);
}

export function selu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(SELU, n, x, y, a, b);
}
function seluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(SELU, n, x, y, dy, dx, a, b);
}

export function gelu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(GELU, n, x, y, a, b);
}
function geluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(GELU, n, x, y, dy, dx, a, b);
}

export function geluTanh(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(GELU_TANH, n, x, y, a, b);
}
function geluTanhSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(GELU_TANH, n, x, y, dy, dx, a, b);
}

export function silu(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(SILU, n, x, y, a, b);
}
function siluSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(SILU, n, x, y, dy, dx, a, b);
}

export function mish(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(MISH, n, x, y, a, b);
}
function mishSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(MISH, n, x, y, dy, dx, a, b);
}

export function softplus(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(SOFTPLUS, n, x, y, a, b);
}
function softplusSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(SOFTPLUS, n, x, y, dy, dx, a, b);
}

export function hardtanh(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(HARDTANH, n, x, y, a, b);
}
function hardtanhSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(HARDTANH, n, x, y, dy, dx, a, b);
}

export function hardswish(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(HARDSWISH, n, x, y, a, b);
}
function hardswishSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(HARDSWISH, n, x, y, dy, dx, a, b);
}

export function hardsigmoid(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(HARDSIGMOID, n, x, y, a, b);
}
function hardsigmoidSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(HARDSIGMOID, n, x, y, dy, dx, a, b);
}

export function sigmoid(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(SIGMOID, n, x, y, a, b);
}
function sigmoidSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(SIGMOID, n, x, y, dy, dx, a, b);
}

export function tanh(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(TANH, n, x, y, a, b);
}
function tanhSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(TANH, n, x, y, dy, dx, a, b);
}

export function softsign(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(SOFTSIGN, n, x, y, a, b);
}
function softsignSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(SOFTSIGN, n, x, y, dy, dx, a, b);
}

export function logSigmoid(n: i32, x: usize, y: usize, a: f64, b: f64): void {
  mapAll(LOG_SIGMOID, n, x, y, a, b);
}
function logSigmoidSlope(n: i32, x: usize, y: usize, dy: usize, dx: usize, a: f64, b: f64): void {
  slopeAll(LOG_SIGMOID, n, x, y, dy, dx, a, b);
}

/** y = f(x) of n elements, by kind; x may be y. */
export const VALUES: StaticArray<Values> = [
  relu,
  leakyRelu,
  elu,
  selu,
  gelu,
  geluTanh,
  silu,
  mish,
  softplus,
  hardtanh,
  hardswish,
  hardsigmoid,
  sigmoid,
  tanh,
  softsign,
  logSigmoid,
];

/** dx = dy · f′(x) of n elements, by kind; dx may be dy. */
export const SLOPES: StaticArray<Slopes> = [
  reluSlope,
  leakyReluSlope,
  eluSlope,
  seluSlope,
  geluSlope,
  geluTanhSlope,
  siluSlope,
  mishSlope,
  softplusSlope,
  hardtanhSlope,
  hardswishSlope,
  hardsigmoidSlope,
  sigmoidSlope,
  tanhSlope,
  softsignSlope,
  logSigmoidSlope,
];
