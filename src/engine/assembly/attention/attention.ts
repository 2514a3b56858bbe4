import { AttentionDescriptor } from "../descriptors";
import { exp4 } from "../simd/functions";
import { gemm, gemmOf } from "../gemm/gemm";
import { addTwo, loadLanes, mostOfTwo, storeLanes, sumLanes } from "../simd/lanes";
import { f32At, madd } from "../simd/memory";

/** Rows of a head that are computed together: with `causal`, none of them looks further than the last of them may. */
const BLOCK: i32 = 16;

/** Softmax in place of the scores · scale over the first n of `time` elements; the others become 0. */
function softmaxRow(row: usize, n: i32, time: i32, scale: f32): void {
  const k = f32x4.splat(scale);
  const end = (<usize>(n & ~3)) << 2;
  const pairs = (<usize>(n & ~7)) << 2;
  const left = n & 3;
  let top = f32x4.splat(-Infinity),
    other = top;
  for (let i: usize = 0; i < pairs; i += 32) {
    top = f32x4.pmax(top, v128.load(row + i));
    other = f32x4.pmax(other, v128.load(row + i, 16));
  }
  top = mostOfTwo(top, other);
  if (pairs < end) top = f32x4.pmax(top, v128.load(row + pairs));
  if (left) top = f32x4.pmax(top, loadLanes(row + end, left, -Infinity));
  top = f32x4.pmax(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
  top = f32x4.pmax(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2)); // a NaN is in the sum, whether or not it is found here
  let sum = f32x4.splat(0),
    sum1 = sum;
  for (let i: usize = 0; i < pairs; i += 32) {
    const e0 = exp4(f32x4.mul(k, f32x4.sub(v128.load(row + i), top)));
    const e1 = exp4(f32x4.mul(k, f32x4.sub(v128.load(row + i, 16), top)));
    v128.store(row + i, e0);
    v128.store(row + i, e1, 16);
    sum = f32x4.add(sum, e0);
    sum1 = f32x4.add(sum1, e1);
  }
  sum = addTwo(sum, sum1);
  if (pairs < end) {
    const e = exp4(f32x4.mul(k, f32x4.sub(v128.load(row + pairs), top)));
    v128.store(row + pairs, e);
    sum = f32x4.add(sum, e);
  }
  if (left) {
    const e = exp4(f32x4.mul(k, f32x4.sub(loadLanes(row + end, left, -Infinity), top)));
    storeLanes(row + end, e, left);
    sum = f32x4.add(sum, e);
  }
  const share = f32x4.splat(<f32>(1 / sumLanes(sum)));
  for (let i: usize = 0; i < pairs; i += 32) {
    const p0 = f32x4.mul(v128.load(row + i), share),
      p1 = f32x4.mul(v128.load(row + i, 16), share);
    v128.store(row + i, p0);
    v128.store(row + i, p1, 16);
  }
  if (pairs < end) v128.store(row + pairs, f32x4.mul(v128.load(row + pairs), share));
  if (left) storeLanes(row + end, f32x4.mul(loadLanes(row + end, left, 0), share), left);
  clear(row + ((<usize>n) << 2), time - n);
}

/** n zeros. `memory.fill` leaves WebAssembly, which takes longer than these few stores. */
// @ts-ignore: decorator
@inline
function clear(to: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4, to += 16) v128.store(to, f32x4.splat(0));
  for (; left > 0; left--, to += 4) f32.store(to, 0);
}

/** See `attentionKernels.attention`. */
export function attention(
  shape: AttentionDescriptor,
  batch: i32,
  qkv: i32,
  out: i32,
  probabilities: i32,
): void {
  const time = shape.time,
    heads = shape.heads,
    width = shape.width,
    causal = shape.causal;
  const d = width / heads;
  const ld = 3 * width;
  const scale = <f32>(1 / sqrt<f64>(<f64>d));
  for (let head = 0; head < batch * heads; head++) {
    const b = head / heads,
      column = (head % heads) * d;
    const q = qkv + b * time * ld + column,
      k = q + width,
      v = k + width;
    const y = out + b * time * width + column;
    const P = probabilities + head * time * time;
    for (let i = 0; i < time; i += BLOCK) {
      const rows = min(BLOCK, time - i);
      const seen = causal ? i + rows : time;
      gemm(gemmOf(d, ld, 0, ld, 1, time, 0), rows, seen, q + i * ld, k, P + i * time, -1);
      for (let r = i; r < i + rows; r++) softmaxRow(f32At(P + r * time), causal ? r + 1 : time, time, scale);
      gemm(gemmOf(seen, time, 0, ld, 0, width, 0), rows, d, P + i * time, v, y + i * width, -1);
    }
  }
}

/** See `attentionKernels.attentionGrad`. */
export function attentionGrad(
  shape: AttentionDescriptor,
  batch: i32,
  qkv: i32,
  probabilities: i32,
  dout: i32,
  dqkv: i32,
  scratchAt: i32,
): void {
  const time = shape.time,
    heads = shape.heads,
    width = shape.width,
    causal = shape.causal;
  const d = width / heads;
  const ld = 3 * width;
  const scale = <f32>(1 / sqrt<f64>(<f64>d));
  for (let head = 0; head < batch * heads; head++) {
    const b = head / heads,
      column = (head % heads) * d;
    const first = b * time * ld + column;
    const dS = scratchAt + b * time * time; // each sample's own, so that threads can take samples each
    const q = qkv + first,
      k = q + width,
      v = k + width;
    const dq = dqkv + first,
      dk = dq + width,
      dv = dk + width;
    const dy = dout + b * time * width + column;
    const P = probabilities + head * time * time;
    for (let i = 0; i < time; i += BLOCK) {
      const rows = min(BLOCK, time - i);
      const seen = causal ? i + rows : time;
      gemm(gemmOf(d, width, 0, ld, 1, time, 0), rows, seen, dy + i * width, v, dS + i * time, -1);
      for (let r = i; r < i + rows; r++) scoresBack(f32At(P + r * time), f32At(dS + r * time), seen, scale);
      gemm(gemmOf(seen, time, 0, ld, 0, ld, 0), rows, d, dS + i * time, k, dq + i * ld, -1);
    }
    // Sums over the rows that see a block of columns: with `causal` those from the block on.
    for (let j = 0; j < time; j += BLOCK) {
      const columns = min(BLOCK, time - j);
      const from = causal ? j : 0,
        seeing = time - from;
      const at = from * time + j;
      gemm(gemmOf(seeing, time, 1, ld, 0, ld, 0), columns, d, dS + at, q + from * ld, dk + j * ld, -1);
      gemm(gemmOf(seeing, time, 1, width, 0, ld, 0), columns, d, P + at, dy + from * width, dv + j * ld, -1);
    }
  }
}

/** dS = scale · P ⊙ (dP − ⟨dP, P⟩), in place of dP; 0 where P is. */
function scoresBack(P: usize, dP: usize, n: i32, scale: f32): void {
  const end = (<usize>(n & ~3)) << 2;
  const pairs = (<usize>(n & ~7)) << 2;
  const left = n & 3;
  let dot = f32x4.splat(0),
    dot1 = dot;
  for (let i: usize = 0; i < pairs; i += 32) {
    dot = madd(v128.load(dP + i), v128.load(P + i), dot);
    dot1 = madd(v128.load(dP + i, 16), v128.load(P + i, 16), dot1);
  }
  dot = addTwo(dot, dot1);
  if (pairs < end) dot = madd(v128.load(dP + pairs), v128.load(P + pairs), dot);
  if (left) dot = madd(loadLanes(dP + end, left, 0), loadLanes(P + end, left, 0), dot);
  const mean = f32x4.splat(<f32>sumLanes(dot)),
    k = f32x4.splat(scale);
  for (let i: usize = 0; i < pairs; i += 32) {
    const p0 = f32x4.mul(k, v128.load(P + i)),
      p1 = f32x4.mul(k, v128.load(P + i, 16));
    const d0 = f32x4.mul(p0, f32x4.sub(v128.load(dP + i), mean)),
      d1 = f32x4.mul(p1, f32x4.sub(v128.load(dP + i, 16), mean));
    v128.store(dP + i, d0);
    v128.store(dP + i, d1, 16);
  }
  if (pairs < end) {
    const p = f32x4.mul(k, v128.load(P + pairs));
    v128.store(dP + pairs, f32x4.mul(p, f32x4.sub(v128.load(dP + pairs), mean)));
  }
  if (left) {
    const p = f32x4.mul(k, loadLanes(P + end, left, 0));
    storeLanes(dP + end, f32x4.mul(p, f32x4.sub(loadLanes(dP + end, left, 0), mean)), left);
  }
}
