import { sigmoid, tanh } from "../activation/loops";
import { tanh4 } from "../simd/functions";
import { f32At, LANES, madd } from "../simd/memory";
import { bytes, get, one, set } from "./units";

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
