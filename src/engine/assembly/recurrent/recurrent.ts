import { RELU } from "../activation/kinds";
import { relu, sigmoid, tanh } from "../activation/loops";
import { tanh4 } from "../simd/functions";
import { loadLanes, storeLanes } from "../simd/lanes";
import { f32At, LANES, madd } from "../simd/memory";

// Units side by side in the lanes: four at a time, then the rest of a row. `lanes` is 4 in the loops, where it costs nothing.
// Where the host joins vectors, eight at a time go first: all loads of both halves, those of coefficients too, then the stores.

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

/** c = f·c₋₁ + i·g, h = o·tanh(c) */
// @ts-ignore: decorator
@inline
function lstm(z: usize, gate: usize, before: usize, c: usize, h: usize, lanes: i32): void {
  let state = f32x4.mul(get(z, lanes), get(z + 2 * gate, lanes));
  if (before) state = madd(get(z + gate, lanes), get(before, lanes), state);
  set(c, state, lanes);
  set(h, f32x4.mul(get(z + 3 * gate, lanes), tanh4(state)), lanes);
}

/** Eight units. */
// @ts-ignore: decorator
@inline
function lstmPair(z: usize, gate: usize, before: usize, c: usize, h: usize): void {
  let low = f32x4.mul(v128.load(z), v128.load(z + 2 * gate)),
    high = f32x4.mul(v128.load(z, 16), v128.load(z + 2 * gate, 16));
  if (before) low = madd(v128.load(z + gate), v128.load(before), low);
  if (before) high = madd(v128.load(z + gate, 16), v128.load(before, 16), high);
  const hLow = f32x4.mul(v128.load(z + 3 * gate), tanh4(low)),
    hHigh = f32x4.mul(v128.load(z + 3 * gate, 16), tanh4(high));
  v128.store(c, low);
  v128.store(c, high, 16);
  v128.store(h, hLow);
  v128.store(h, hHigh, 16);
}

/** See `recurrentKernels.lstmCell`. */
export function lstmCell(
  rows: i32,
  n: i32,
  z: i32,
  ldz: i32,
  before: i32,
  c: i32,
  ldc: i32,
  h: i32,
  ldh: i32,
): void {
  const gate = bytes(n),
    end = bytes(n & ~3);
  let zAt = f32At(z),
    cAt = f32At(c),
    hAt = f32At(h),
    old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    // A loop for each function needs fewer registers than one of all.
    sigmoid(2 * n, zAt, zAt, 0, 0);
    tanh(n, zAt + 2 * gate, zAt + 2 * gate, 0, 0);
    sigmoid(n, zAt + 3 * gate, zAt + 3 * gate, 0, 0);
    let j: usize = 0;
    if (LANES == 8) {
      if (old) for (; j + 32 <= end; j += 32) lstmPair(zAt + j, gate, old + j, cAt + j, hAt + j);
      else for (; j + 32 <= end; j += 32) lstmPair(zAt + j, gate, 0, cAt + j, hAt + j);
    }
    for (; j < end; j += 16) lstm(zAt + j, gate, old ? old + j : 0, cAt + j, hAt + j, 4);
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
  const d = get(dh, lanes),
    o = get(z + 3 * gate, lanes);
  const flow = madd(d, f32x4.mul(o, f32x4.sub(one(), f32x4.mul(t, t))), get(dc, lanes));
  set(z + 3 * gate, f32x4.mul(f32x4.mul(d, t), f32x4.mul(o, f32x4.sub(one(), o))), lanes);
  const i = get(z, lanes),
    f = get(z + gate, lanes),
    g = get(z + 2 * gate, lanes);
  const last = before ? get(before, lanes) : f32x4.splat(0);
  set(z, f32x4.mul(f32x4.mul(flow, g), f32x4.mul(i, f32x4.sub(one(), i))), lanes);
  set(z + gate, f32x4.mul(f32x4.mul(flow, last), f32x4.mul(f, f32x4.sub(one(), f))), lanes);
  set(z + 2 * gate, f32x4.mul(f32x4.mul(flow, i), f32x4.sub(one(), f32x4.mul(g, g))), lanes);
  set(dc, f32x4.mul(flow, f), lanes);
}

/** The same of eight units, whose `before` is there. */
// @ts-ignore: decorator
@inline
function lstmGradPair(z: usize, gate: usize, before: usize, c: usize, dh: usize, dc: usize): void {
  const t0 = tanh4(v128.load(c)),
    t1 = tanh4(v128.load(c, 16));
  const d0 = v128.load(dh),
    d1 = v128.load(dh, 16),
    o0 = v128.load(z + 3 * gate),
    o1 = v128.load(z + 3 * gate, 16);
  const flow0 = madd(d0, f32x4.mul(o0, f32x4.sub(one(), f32x4.mul(t0, t0))), v128.load(dc));
  const flow1 = madd(d1, f32x4.mul(o1, f32x4.sub(one(), f32x4.mul(t1, t1))), v128.load(dc, 16));
  const i0 = v128.load(z),
    i1 = v128.load(z, 16),
    f0 = v128.load(z + gate),
    f1 = v128.load(z + gate, 16);
  const g0 = v128.load(z + 2 * gate),
    g1 = v128.load(z + 2 * gate, 16),
    last0 = v128.load(before),
    last1 = v128.load(before, 16);
  v128.store(z + 3 * gate, f32x4.mul(f32x4.mul(d0, t0), f32x4.mul(o0, f32x4.sub(one(), o0))));
  v128.store(z + 3 * gate, f32x4.mul(f32x4.mul(d1, t1), f32x4.mul(o1, f32x4.sub(one(), o1))), 16);
  v128.store(z, f32x4.mul(f32x4.mul(flow0, g0), f32x4.mul(i0, f32x4.sub(one(), i0))));
  v128.store(z, f32x4.mul(f32x4.mul(flow1, g1), f32x4.mul(i1, f32x4.sub(one(), i1))), 16);
  v128.store(z + gate, f32x4.mul(f32x4.mul(flow0, last0), f32x4.mul(f0, f32x4.sub(one(), f0))));
  v128.store(z + gate, f32x4.mul(f32x4.mul(flow1, last1), f32x4.mul(f1, f32x4.sub(one(), f1))), 16);
  v128.store(z + 2 * gate, f32x4.mul(f32x4.mul(flow0, i0), f32x4.sub(one(), f32x4.mul(g0, g0))));
  v128.store(z + 2 * gate, f32x4.mul(f32x4.mul(flow1, i1), f32x4.sub(one(), f32x4.mul(g1, g1))), 16);
  v128.store(dc, f32x4.mul(flow0, f0));
  v128.store(dc, f32x4.mul(flow1, f1), 16);
}

/** See `recurrentKernels.lstmCellGrad`. */
export function lstmCellGrad(
  rows: i32,
  n: i32,
  z: i32,
  ldz: i32,
  before: i32,
  c: i32,
  ldc: i32,
  dh: i32,
  dc: i32,
): void {
  const gate = bytes(n),
    end = bytes(n & ~3);
  let zAt = f32At(z),
    cAt = f32At(c),
    dhAt = f32At(dh),
    dcAt = f32At(dc),
    old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    let j: usize = 0;
    if (LANES == 8 && old)
      for (; j + 32 <= end; j += 32) lstmGradPair(zAt + j, gate, old + j, cAt + j, dhAt + j, dcAt + j);
    for (; j < end; j += 16) lstmGrad(zAt + j, gate, old ? old + j : 0, cAt + j, dhAt + j, dcAt + j, 4);
    if (n & 3) lstmGrad(zAt + end, gate, old ? old + end : 0, cAt + end, dhAt + end, dcAt + end, n & 3);
    zAt += bytes(ldz);
    cAt += bytes(ldc);
    dhAt += gate;
    dcAt += gate;
    if (old) old += bytes(ldc);
  }
}

/** n = tanh(n + r·s_h), h = n + z·(h₋₁ − n), with r and z as they are. */
// @ts-ignore: decorator
@inline
function gru(z: usize, gate: usize, hidden: usize, before: usize, h: usize, lanes: i32): void {
  const fresh = tanh4(madd(get(z, lanes), get(hidden, lanes), get(z + 2 * gate, lanes)));
  const last = before ? get(before, lanes) : f32x4.splat(0);
  const state = madd(get(z + gate, lanes), f32x4.sub(last, fresh), fresh);
  set(z + 2 * gate, fresh, lanes);
  set(h, state, lanes);
}

/** Eight units. */
// @ts-ignore: decorator
@inline
function gruPair(z: usize, gate: usize, hidden: usize, before: usize, h: usize): void {
  const low = tanh4(madd(v128.load(z), v128.load(hidden), v128.load(z + 2 * gate)));
  const high = tanh4(madd(v128.load(z, 16), v128.load(hidden, 16), v128.load(z + 2 * gate, 16)));
  const last0 = before ? v128.load(before) : f32x4.splat(0),
    last1 = before ? v128.load(before, 16) : f32x4.splat(0);
  const h0 = madd(v128.load(z + gate), f32x4.sub(last0, low), low);
  const h1 = madd(v128.load(z + gate, 16), f32x4.sub(last1, high), high);
  v128.store(z + 2 * gate, low);
  v128.store(z + 2 * gate, high, 16);
  v128.store(h, h0);
  v128.store(h, h1, 16);
}

/** See `recurrentKernels.gruCell`. */
export function gruCell(
  rows: i32,
  n: i32,
  z: i32,
  ldz: i32,
  hidden: i32,
  ldn: i32,
  before: i32,
  h: i32,
  ldh: i32,
): void {
  const gate = bytes(n),
    end = bytes(n & ~3);
  let zAt = f32At(z),
    sAt = f32At(hidden),
    hAt = f32At(h),
    old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    sigmoid(2 * n, zAt, zAt, 0, 0);
    let j: usize = 0;
    if (LANES == 8) {
      if (old) for (; j + 32 <= end; j += 32) gruPair(zAt + j, gate, sAt + j, old + j, hAt + j);
      else for (; j + 32 <= end; j += 32) gruPair(zAt + j, gate, sAt + j, 0, hAt + j);
    }
    for (; j < end; j += 16) gru(zAt + j, gate, sAt + j, old ? old + j : 0, hAt + j, 4);
    if (n & 3) gru(zAt + end, gate, sAt + end, old ? old + end : 0, hAt + end, n & 3);
    zAt += bytes(ldz);
    sAt += bytes(ldn);
    hAt += bytes(ldh);
    if (old) old += bytes(ldh);
  }
}

// @ts-ignore: decorator
@inline
function gruGrad(
  z: usize,
  gate: usize,
  hidden: usize,
  before: usize,
  dh: usize,
  direct: usize,
  lanes: i32,
): void {
  const reset = get(z, lanes),
    keep = get(z + gate, lanes),
    fresh = get(z + 2 * gate, lanes);
  const last = before ? get(before, lanes) : f32x4.splat(0);
  const d = get(dh, lanes),
    s = get(hidden, lanes);
  const dFresh = f32x4.mul(f32x4.mul(d, f32x4.sub(one(), keep)), f32x4.sub(one(), f32x4.mul(fresh, fresh)));
  set(z, f32x4.mul(f32x4.mul(dFresh, s), f32x4.mul(reset, f32x4.sub(one(), reset))), lanes);
  set(
    z + gate,
    f32x4.mul(f32x4.mul(d, f32x4.sub(last, fresh)), f32x4.mul(keep, f32x4.sub(one(), keep))),
    lanes,
  );
  set(z + 2 * gate, dFresh, lanes);
  set(hidden, f32x4.mul(dFresh, reset), lanes);
  set(direct, f32x4.mul(d, keep), lanes);
}

/** The same of eight units, whose `before` is there. */
// @ts-ignore: decorator
@inline
function gruGradPair(z: usize, gate: usize, hidden: usize, before: usize, dh: usize, direct: usize): void {
  const reset0 = v128.load(z),
    reset1 = v128.load(z, 16),
    keep0 = v128.load(z + gate),
    keep1 = v128.load(z + gate, 16);
  const fresh0 = v128.load(z + 2 * gate),
    fresh1 = v128.load(z + 2 * gate, 16),
    last0 = v128.load(before),
    last1 = v128.load(before, 16);
  const d0 = v128.load(dh),
    d1 = v128.load(dh, 16),
    s0 = v128.load(hidden),
    s1 = v128.load(hidden, 16);
  const dFresh0 = f32x4.mul(
    f32x4.mul(d0, f32x4.sub(one(), keep0)),
    f32x4.sub(one(), f32x4.mul(fresh0, fresh0)),
  );
  const dFresh1 = f32x4.mul(
    f32x4.mul(d1, f32x4.sub(one(), keep1)),
    f32x4.sub(one(), f32x4.mul(fresh1, fresh1)),
  );
  v128.store(z, f32x4.mul(f32x4.mul(dFresh0, s0), f32x4.mul(reset0, f32x4.sub(one(), reset0))));
  v128.store(z, f32x4.mul(f32x4.mul(dFresh1, s1), f32x4.mul(reset1, f32x4.sub(one(), reset1))), 16);
  v128.store(
    z + gate,
    f32x4.mul(f32x4.mul(d0, f32x4.sub(last0, fresh0)), f32x4.mul(keep0, f32x4.sub(one(), keep0))),
  );
  v128.store(
    z + gate,
    f32x4.mul(f32x4.mul(d1, f32x4.sub(last1, fresh1)), f32x4.mul(keep1, f32x4.sub(one(), keep1))),
    16,
  );
  v128.store(z + 2 * gate, dFresh0);
  v128.store(z + 2 * gate, dFresh1, 16);
  v128.store(hidden, f32x4.mul(dFresh0, reset0));
  v128.store(hidden, f32x4.mul(dFresh1, reset1), 16);
  v128.store(direct, f32x4.mul(d0, keep0));
  v128.store(direct, f32x4.mul(d1, keep1), 16);
}

/** See `recurrentKernels.gruCellGrad`. */
export function gruCellGrad(
  rows: i32,
  n: i32,
  z: i32,
  ldz: i32,
  hidden: i32,
  ldn: i32,
  before: i32,
  ldh: i32,
  dh: i32,
  direct: i32,
): void {
  const gate = bytes(n),
    end = bytes(n & ~3);
  let zAt = f32At(z),
    sAt = f32At(hidden),
    dhAt = f32At(dh),
    dAt = f32At(direct),
    old = before < 0 ? <usize>0 : f32At(before);
  for (let row = 0; row < rows; row++) {
    let j: usize = 0;
    if (LANES == 8 && old)
      for (; j + 32 <= end; j += 32) gruGradPair(zAt + j, gate, sAt + j, old + j, dhAt + j, dAt + j);
    for (; j < end; j += 16) gruGrad(zAt + j, gate, sAt + j, old ? old + j : 0, dhAt + j, dAt + j, 4);
    if (n & 3) gruGrad(zAt + end, gate, sAt + end, old ? old + end : 0, dhAt + end, dAt + end, n & 3);
    zAt += bytes(ldz);
    sAt += bytes(ldn);
    dhAt += gate;
    dAt += gate;
    if (old) old += bytes(ldh);
  }
}
