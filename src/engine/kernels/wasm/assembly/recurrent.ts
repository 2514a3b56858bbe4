import { logistic4, tanh4 } from "./functions";
import { loadLanes, storeLanes } from "./lanes";
import { f32At, madd } from "./memory";

// Units side by side in the lanes: four at a time, then the rest of a row. `lanes` is 4 in the loops, where it costs nothing.

/** In the order of ../../activations.ts. */
const RELU: i32 = 0;

// @ts-ignore: decorator
@inline
function get(at: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(at) : loadLanes(at, lanes, 0);
}

// @ts-ignore: decorator
@inline
function set(at: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(at, x);
  else storeLanes(at, x, lanes);
}

// @ts-ignore: decorator
@inline
function bytes(elements: i32): usize {
  return (<usize>elements) << 2;
}

// @ts-ignore: decorator
@inline
function one(): v128 {
  return f32x4.splat(1);
}

// @ts-ignore: decorator
@inline
function rnn(relu: bool, h: usize, lanes: i32): void {
  const x = get(h, lanes);
  set(h, relu ? f32x4.pmax(x, f32x4.splat(0)) : tanh4(x), lanes);
}

// @ts-ignore: decorator
@inline
function rnnRows(relu: bool, rows: i32, n: i32, h: usize, ldh: usize): void {
  for (let row = 0; row < rows; row++, h += ldh) {
    let at = h;
    for (const end = h + bytes(n & ~3); at < end; at += 16) rnn(relu, at, 4);
    if (n & 3) rnn(relu, at, n & 3);
  }
}

/** See `RecurrentKernels.rnnCell`. */
export function rnnCell(kind: i32, rows: i32, n: i32, h: i32, ldh: i32): void {
  if (kind == RELU) rnnRows(true, rows, n, f32At(h), bytes(ldh));
  else rnnRows(false, rows, n, f32At(h), bytes(ldh));
}

// @ts-ignore: decorator
@inline
function rnnGrad(relu: bool, h: usize, dh: usize, dz: usize, lanes: i32): void {
  const y = get(h, lanes), d = get(dh, lanes);
  const slope = relu ? v128.and(one(), f32x4.gt(y, f32x4.splat(0))) : f32x4.sub(one(), f32x4.mul(y, y));
  set(dz, f32x4.mul(d, slope), lanes);
}

// @ts-ignore: decorator
@inline
function rnnGradRows(relu: bool, rows: i32, n: i32, h: usize, ldh: usize, dh: usize, dz: usize, ldz: usize): void {
  const end = bytes(n & ~3);
  for (let row = 0; row < rows; row++, h += ldh, dh += bytes(n), dz += ldz) {
    for (let j: usize = 0; j < end; j += 16) rnnGrad(relu, h + j, dh + j, dz + j, 4);
    if (n & 3) rnnGrad(relu, h + end, dh + end, dz + end, n & 3);
  }
}

/** See `RecurrentKernels.rnnCellGrad`. */
export function rnnCellGrad(kind: i32, rows: i32, n: i32, h: i32, ldh: i32, dh: i32, dz: i32, ldz: i32): void {
  if (kind == RELU) rnnGradRows(true, rows, n, f32At(h), bytes(ldh), f32At(dh), f32At(dz), bytes(ldz));
  else rnnGradRows(false, rows, n, f32At(h), bytes(ldh), f32At(dh), f32At(dz), bytes(ldz));
}

/** In place: the logistic function of n elements, or their hyperbolic tangent. A loop for each needs fewer registers than one of all. */
// @ts-ignore: decorator
@inline
function squash(tangent: bool, x: usize, n: i32): void {
  const end = x + bytes(n & ~3);
  for (; x < end; x += 16) v128.store(x, tangent ? tanh4(v128.load(x)) : logistic4(v128.load(x)));
  if (n & 3) set(x, tangent ? tanh4(get(x, n & 3)) : logistic4(get(x, n & 3)), n & 3);
}

/** c = f·c₋₁ + i·g, h = o·tanh(c) */
// @ts-ignore: decorator
@inline
function lstm(z: usize, gate: usize, before: usize, c: usize, h: usize, lanes: i32): void {
  let state = f32x4.mul(get(z, lanes), get(z + 2 * gate, lanes));
  if (before) state = madd(get(z + gate, lanes), get(before, lanes), state);
  set(c, state, lanes);
  set(h, f32x4.mul(get(z + 3 * gate, lanes), tanh4(state)), lanes);
}

/** See `RecurrentKernels.lstmCell`. */
export function lstmCell(rows: i32, n: i32, z: i32, ldz: i32, before: i32, c: i32, ldc: i32, h: i32, ldh: i32): void {
  const gate = bytes(n), end = bytes(n & ~3);
  let zAt = f32At(z), cAt = f32At(c), hAt = f32At(h), old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    squash(false, zAt, 2 * n);
    squash(true, zAt + 2 * gate, n);
    squash(false, zAt + 3 * gate, n);
    for (let j: usize = 0; j < end; j += 16) lstm(zAt + j, gate, old ? old + j : 0, cAt + j, hAt + j, 4);
    if (n & 3) lstm(zAt + end, gate, old ? old + end : 0, cAt + end, hAt + end, n & 3);
    zAt += bytes(ldz);
    cAt += bytes(ldc);
    hAt += bytes(ldh);
    if (old) old += bytes(ldc);
  }
}

// @ts-ignore: decorator
@inline
function lstmGrad(z: usize, gate: usize, before: usize, c: usize, dh: usize, dc: usize, lanes: i32): void {
  const t = tanh4(get(c, lanes));
  const d = get(dh, lanes), o = get(z + 3 * gate, lanes);
  const flow = madd(d, f32x4.mul(o, f32x4.sub(one(), f32x4.mul(t, t))), get(dc, lanes));
  set(z + 3 * gate, f32x4.mul(f32x4.mul(d, t), f32x4.mul(o, f32x4.sub(one(), o))), lanes);
  const i = get(z, lanes), f = get(z + gate, lanes), g = get(z + 2 * gate, lanes);
  const last = before ? get(before, lanes) : f32x4.splat(0);
  set(z, f32x4.mul(f32x4.mul(flow, g), f32x4.mul(i, f32x4.sub(one(), i))), lanes);
  set(z + gate, f32x4.mul(f32x4.mul(flow, last), f32x4.mul(f, f32x4.sub(one(), f))), lanes);
  set(z + 2 * gate, f32x4.mul(f32x4.mul(flow, i), f32x4.sub(one(), f32x4.mul(g, g))), lanes);
  set(dc, f32x4.mul(flow, f), lanes);
}

/** See `RecurrentKernels.lstmCellGrad`. */
export function lstmCellGrad(rows: i32, n: i32, z: i32, ldz: i32, before: i32, c: i32, ldc: i32, dh: i32, dc: i32): void {
  const gate = bytes(n), end = bytes(n & ~3);
  let zAt = f32At(z), cAt = f32At(c), dhAt = f32At(dh), dcAt = f32At(dc), old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    for (let j: usize = 0; j < end; j += 16) lstmGrad(zAt + j, gate, old ? old + j : 0, cAt + j, dhAt + j, dcAt + j, 4);
    if (n & 3) lstmGrad(zAt + end, gate, old ? old + end : 0, cAt + end, dhAt + end, dcAt + end, n & 3);
    zAt += bytes(ldz);
    cAt += bytes(ldc);
    dhAt += gate;
    dcAt += gate;
    if (old) old += bytes(ldc);
  }
}

// @ts-ignore: decorator
@inline
function gru(z: usize, gate: usize, hidden: usize, before: usize, h: usize, lanes: i32): void {
  const reset = logistic4(get(z, lanes));
  set(z, reset, lanes);
  const fresh = tanh4(madd(reset, get(hidden, lanes), get(z + 2 * gate, lanes)));
  set(z + 2 * gate, fresh, lanes);
  const keep = logistic4(get(z + gate, lanes));
  set(z + gate, keep, lanes);
  const last = before ? get(before, lanes) : f32x4.splat(0);
  set(h, madd(keep, f32x4.sub(last, fresh), fresh), lanes);
}

/** See `RecurrentKernels.gruCell`. */
export function gruCell(rows: i32, n: i32, z: i32, ldz: i32, hidden: i32, ldn: i32, before: i32, h: i32, ldh: i32): void {
  const gate = bytes(n), end = bytes(n & ~3);
  let zAt = f32At(z), sAt = f32At(hidden), hAt = f32At(h), old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    for (let j: usize = 0; j < end; j += 16) gru(zAt + j, gate, sAt + j, old ? old + j : 0, hAt + j, 4);
    if (n & 3) gru(zAt + end, gate, sAt + end, old ? old + end : 0, hAt + end, n & 3);
    zAt += bytes(ldz);
    sAt += bytes(ldn);
    hAt += bytes(ldh);
    if (old) old += bytes(ldh);
  }
}

// @ts-ignore: decorator
@inline
function gruGrad(z: usize, gate: usize, hidden: usize, before: usize, dh: usize, direct: usize, lanes: i32): void {
  const reset = get(z, lanes), keep = get(z + gate, lanes), fresh = get(z + 2 * gate, lanes);
  const last = before ? get(before, lanes) : f32x4.splat(0);
  const d = get(dh, lanes), s = get(hidden, lanes);
  const dFresh = f32x4.mul(f32x4.mul(d, f32x4.sub(one(), keep)), f32x4.sub(one(), f32x4.mul(fresh, fresh)));
  set(z, f32x4.mul(f32x4.mul(dFresh, s), f32x4.mul(reset, f32x4.sub(one(), reset))), lanes);
  set(z + gate, f32x4.mul(f32x4.mul(d, f32x4.sub(last, fresh)), f32x4.mul(keep, f32x4.sub(one(), keep))), lanes);
  set(z + 2 * gate, dFresh, lanes);
  set(hidden, f32x4.mul(dFresh, reset), lanes);
  set(direct, f32x4.mul(d, keep), lanes);
}

/** See `RecurrentKernels.gruCellGrad`. */
export function gruCellGrad(rows: i32, n: i32, z: i32, ldz: i32, hidden: i32, ldn: i32, before: i32, ldh: i32, dh: i32, direct: i32): void {
  const gate = bytes(n), end = bytes(n & ~3);
  let zAt = f32At(z), sAt = f32At(hidden), dhAt = f32At(dh), dAt = f32At(direct), old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    for (let j: usize = 0; j < end; j += 16) gruGrad(zAt + j, gate, sAt + j, old ? old + j : 0, dhAt + j, dAt + j, 4);
    if (n & 3) gruGrad(zAt + end, gate, sAt + end, old ? old + end : 0, dhAt + end, dAt + end, n & 3);
    zAt += bytes(ldz);
    sAt += bytes(ldn);
    dhAt += gate;
    dAt += gate;
    if (old) old += bytes(ldh);
  }
}
