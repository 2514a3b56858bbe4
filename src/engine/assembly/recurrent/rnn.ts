import { RELU } from "../activation/kinds";
import { relu, tanh } from "../activation/loops";
import { f32At, LANES } from "../simd/memory";
import { bytes, get, one, set } from "./units";

/** See `recurrentKernels.rnnCell`. */
export function rnnCell(kind: i32, rows: i32, n: i32, h: i32, ldh: i32): void {
  let at = f32At(h);
  for (; rows > 0; rows--, at += bytes(ldh)) {
    if (kind == RELU) relu(n, at, at, 0, 0);
    else tanh(n, at, at, 0, 0);
  }
}

// @ts-ignore: decorator
@inline
function rnnTimes(relu: bool, dh: v128, y: v128): v128 {
  return relu
    ? v128.andnot(dh, f32x4.le(y, f32x4.splat(0)))
    : f32x4.mul(dh, f32x4.sub(one(), f32x4.mul(y, y)));
}

// @ts-ignore: decorator
@inline
function rnnGrad(relu: bool, h: usize, dh: usize, dz: usize, lanes: i32): void {
  set(dz, rnnTimes(relu, get(dh, lanes), get(h, lanes)), lanes);
}

// @ts-ignore: decorator
@inline
function rnnGradRows(
  relu: bool,
  rows: i32,
  n: i32,
  h: usize,
  ldh: usize,
  dh: usize,
  dz: usize,
  ldz: usize,
): void {
  const end = bytes(n & ~3);
  for (let row = 0; row < rows; row++, h += ldh, dh += bytes(n), dz += ldz) {
    let j: usize = 0;
    if (LANES == 8) {
      for (; j + 32 <= end; j += 32) {
        const low = rnnTimes(relu, v128.load(dh + j), v128.load(h + j));
        const high = rnnTimes(relu, v128.load(dh + j, 16), v128.load(h + j, 16));
        v128.store(dz + j, low);
        v128.store(dz + j, high, 16);
      }
    }
    for (; j < end; j += 16) rnnGrad(relu, h + j, dh + j, dz + j, 4);
    if (n & 3) rnnGrad(relu, h + end, dh + end, dz + end, n & 3);
  }
}

// Functions of their own: within one, the compiler would merge the two loops, and ask for the kind at each vector.
function reluGradRows(rows: i32, n: i32, h: usize, ldh: usize, dh: usize, dz: usize, ldz: usize): void {
  rnnGradRows(true, rows, n, h, ldh, dh, dz, ldz);
}
function tanhGradRows(rows: i32, n: i32, h: usize, ldh: usize, dh: usize, dz: usize, ldz: usize): void {
  rnnGradRows(false, rows, n, h, ldh, dh, dz, ldz);
}

/** See `recurrentKernels.rnnCellGrad`. */
export function rnnCellGrad(
  kind: i32,
  rows: i32,
  n: i32,
  h: i32,
  ldh: i32,
  dh: i32,
  dz: i32,
  ldz: i32,
): void {
  if (kind == RELU) reluGradRows(rows, n, f32At(h), bytes(ldh), f32At(dh), f32At(dz), bytes(ldz));
  else tanhGradRows(rows, n, f32At(h), bytes(ldh), f32At(dh), f32At(dz), bytes(ldz));
}
