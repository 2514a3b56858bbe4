import { logistic4, tanh4 } from "./functions";
import { loadLanes, storeLanes } from "./lanes";
import { f32At, madd } from "./memory";

// Units side by side in the lanes; the last lanes of a row are partial where the units are no multiple of 4.

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

/** See `RecurrentKernels.rnnCell`. */
export function rnnCell(kind: i32, rows: i32, n: i32, h: i32, ldh: i32): void {
  for (let row = 0; row < rows; row++) {
    const at = f32At(h + row * ldh);
    for (let j = 0; j < n; j += 4) {
      const x = get(at + bytes(j), n - j);
      set(at + bytes(j), kind == RELU ? f32x4.max(x, f32x4.splat(0)) : tanh4(x), n - j);
    }
  }
}

/** See `RecurrentKernels.rnnCellGrad`. */
export function rnnCellGrad(kind: i32, rows: i32, n: i32, h: i32, ldh: i32, dh: i32, dz: i32, ldz: i32): void {
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    const hAt = f32At(h + row * ldh), dhAt = f32At(dh + row * n), dzAt = f32At(dz + row * ldz);
    for (let j = 0; j < n; j += 4) {
      const y = get(hAt + bytes(j), n - j);
      const slope = kind == RELU ? v128.and(one, f32x4.gt(y, f32x4.splat(0))) : f32x4.sub(one, f32x4.mul(y, y));
      set(dzAt + bytes(j), f32x4.mul(get(dhAt + bytes(j), n - j), slope), n - j);
    }
  }
}

/** See `RecurrentKernels.lstmCell`. */
export function lstmCell(rows: i32, n: i32, z: i32, ldz: i32, before: i32, c: i32, ldc: i32, h: i32, ldh: i32): void {
  const gate = bytes(n);
  for (let row = 0; row < rows; row++) {
    const zAt = f32At(z + row * ldz), cAt = f32At(c + row * ldc), hAt = f32At(h + row * ldh);
    const old = before < 0 ? <usize>0 : f32At(before + row * ldc);
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j, at = zAt + bytes(j);
      const i = logistic4(get(at, lanes));
      const f = logistic4(get(at + gate, lanes));
      const g = tanh4(get(at + 2 * gate, lanes));
      const o = logistic4(get(at + 3 * gate, lanes));
      set(at, i, lanes);
      set(at + gate, f, lanes);
      set(at + 2 * gate, g, lanes);
      set(at + 3 * gate, o, lanes);
      let state = f32x4.mul(i, g);
      if (old) state = madd(f, get(old + bytes(j), lanes), state);
      set(cAt + bytes(j), state, lanes);
      set(hAt + bytes(j), f32x4.mul(o, tanh4(state)), lanes);
    }
  }
}

/** See `RecurrentKernels.lstmCellGrad`. */
export function lstmCellGrad(rows: i32, n: i32, z: i32, ldz: i32, before: i32, c: i32, ldc: i32, dh: i32, dc: i32): void {
  const gate = bytes(n);
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    const zAt = f32At(z + row * ldz), cAt = f32At(c + row * ldc);
    const dhAt = f32At(dh + row * n), dcAt = f32At(dc + row * n);
    const old = before < 0 ? <usize>0 : f32At(before + row * ldc);
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j, at = zAt + bytes(j);
      const i = get(at, lanes), f = get(at + gate, lanes), g = get(at + 2 * gate, lanes), o = get(at + 3 * gate, lanes);
      const d = get(dhAt + bytes(j), lanes);
      const t = tanh4(get(cAt + bytes(j), lanes));
      const slope = f32x4.mul(o, f32x4.sub(one, f32x4.mul(t, t)));
      const flow = madd(d, slope, get(dcAt + bytes(j), lanes));
      const last = old ? get(old + bytes(j), lanes) : f32x4.splat(0);
      set(at, f32x4.mul(f32x4.mul(flow, g), f32x4.mul(i, f32x4.sub(one, i))), lanes);
      set(at + gate, f32x4.mul(f32x4.mul(flow, last), f32x4.mul(f, f32x4.sub(one, f))), lanes);
      set(at + 2 * gate, f32x4.mul(f32x4.mul(flow, i), f32x4.sub(one, f32x4.mul(g, g))), lanes);
      set(at + 3 * gate, f32x4.mul(f32x4.mul(d, t), f32x4.mul(o, f32x4.sub(one, o))), lanes);
      set(dcAt + bytes(j), f32x4.mul(flow, f), lanes);
    }
  }
}

/** See `RecurrentKernels.gruCell`. */
export function gruCell(rows: i32, n: i32, z: i32, ldz: i32, hidden: i32, ldn: i32, before: i32, h: i32, ldh: i32): void {
  const gate = bytes(n);
  for (let row = 0; row < rows; row++) {
    const zAt = f32At(z + row * ldz), sAt = f32At(hidden + row * ldn), hAt = f32At(h + row * ldh);
    const old = before < 0 ? <usize>0 : f32At(before + row * ldh);
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j, at = zAt + bytes(j);
      const reset = logistic4(get(at, lanes));
      const keep = logistic4(get(at + gate, lanes));
      const fresh = tanh4(madd(reset, get(sAt + bytes(j), lanes), get(at + 2 * gate, lanes)));
      set(at, reset, lanes);
      set(at + gate, keep, lanes);
      set(at + 2 * gate, fresh, lanes);
      const last = old ? get(old + bytes(j), lanes) : f32x4.splat(0);
      set(hAt + bytes(j), madd(keep, f32x4.sub(last, fresh), fresh), lanes);
    }
  }
}

/** See `RecurrentKernels.gruCellGrad`. */
export function gruCellGrad(rows: i32, n: i32, z: i32, ldz: i32, hidden: i32, ldn: i32, before: i32, ldh: i32, dh: i32, direct: i32): void {
  const gate = bytes(n);
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    const zAt = f32At(z + row * ldz), sAt = f32At(hidden + row * ldn);
    const dhAt = f32At(dh + row * n), dAt = f32At(direct + row * n);
    const old = before < 0 ? <usize>0 : f32At(before + row * ldh);
    for (let j = 0; j < n; j += 4) {
      const lanes = n - j, at = zAt + bytes(j);
      const reset = get(at, lanes), keep = get(at + gate, lanes), fresh = get(at + 2 * gate, lanes);
      const last = old ? get(old + bytes(j), lanes) : f32x4.splat(0);
      const d = get(dhAt + bytes(j), lanes);
      const dFresh = f32x4.mul(f32x4.mul(d, f32x4.sub(one, keep)), f32x4.sub(one, f32x4.mul(fresh, fresh)));
      const s = get(sAt + bytes(j), lanes);
      set(at, f32x4.mul(f32x4.mul(dFresh, s), f32x4.mul(reset, f32x4.sub(one, reset))), lanes);
      set(at + gate, f32x4.mul(f32x4.mul(d, f32x4.sub(last, fresh)), f32x4.mul(keep, f32x4.sub(one, keep))), lanes);
      set(at + 2 * gate, dFresh, lanes);
      set(sAt + bytes(j), f32x4.mul(dFresh, reset), lanes);
      set(dAt + bytes(j), f32x4.mul(d, keep), lanes);
    }
  }
}
