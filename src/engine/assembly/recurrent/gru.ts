import { sigmoid } from "../activation/loops";
import { tanh4 } from "../simd/functions";
import { f32At, LANES, madd } from "../simd/memory";
import { bytes, get, one, set } from "./units";

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
