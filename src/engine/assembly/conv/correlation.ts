import { narrowTile, vectorsOf } from "./narrow";
import { ConvDescriptor } from "../descriptors";
import { CONV_PLAN, madd, plans, scratch } from "../simd/memory";
import { MR } from "./packWeights";
import { PaddedInput } from "./paddedInput";

/** Up to so many outputs a tile has more pixels instead. */
const NARROW: i32 = 3;

/**
 * out[batch, groups, outs, …] = x[batch, groups, ins, …] ∗ W, plus bias: a sum over all taps for a tile of outputs and 8 pixels at
 * a time, in registers.
 */
@unmanaged
export class Correlation {
  /** Channels of a group, and the planes of results. */
  ins: i32;
  outs: i32;
  outHeight: i32;
  outWidth: i32;
  /** The table of taps. */
  taps: usize;
  tapsEnd: usize;
  /** Bytes of a plane of results. */
  yRow: usize;
  /** Four pixels of a row side by side, or two: bytes from the beginning of the first plane, before and after. */
  wholes: i32;
  halves: i32;
  wholeAt: usize;
  halfAt: usize;

  /** W has been packed, and begins the scratch; from `free` on it is free. */
  run(conv: ConvDescriptor, input: PaddedInput, batch: i32, x: usize, y: usize, free: usize): void {
    const groups = conv.groups,
      ins = this.ins,
      outs = this.outs;
    this.taps = free;
    free = input.tapTable(free, ins, conv.kernelHeight, conv.kernelWidth, conv.dilationY, conv.dilationX);
    this.tapsEnd = free;
    this.yRow = (<usize>(this.outHeight * this.outWidth)) << 2;
    const narrow = outs <= NARROW;
    free = narrow ? this.planVectors(input.pitch, vectorsOf(outs), free) : this.planPixels(input.pitch, free);
    const buffer = (free + 63) & ~63;
    input.clear(buffer, ins);
    const W = scratch,
      weights = (this.tapsEnd - this.taps + 4) * <usize>outs; // of a group
    const xGroup = (<usize>(ins * input.height * input.width)) << 2;
    for (let b = 0; b < batch; b++) {
      for (let g = 0; g < groups; g++) {
        const planes = input.pad(x, buffer, ins);
        const from = W + weights * <usize>g;
        if (narrow) this.narrowPlane(planes, y, from);
        else this.widePlane(planes, y, from);
        x += xGroup;
        y += this.yRow * <usize>outs;
      }
    }
  }

  /**
   * Divides the plane of results among vectors of 4 pixels of a row. What is left of a row is the half of a vector, or
   * three quarters; then the last pixels are computed twice. Returns where the table ends.
   */
  planPixels(pitch: i32, to: usize): usize {
    const outHeight = this.outHeight,
      outWidth = this.outWidth;
    const inRow = (outWidth + 1) >> 2;
    const rest = outWidth & 3;
    this.wholeAt = to;
    for (let r = 0; r < outHeight; r++) {
      for (let i = 0; i < inRow; i++, to += 8) put(to, pitch, r, min(4 * i, outWidth - 4), outWidth);
    }
    this.wholes = outHeight * inRow;
    this.halves = 0;
    this.halfAt = to;
    if (rest != 1 && rest != 2) return to;
    for (let r = 0; r < outHeight; r++, to += 8) put(to, pitch, r, outWidth - 2, outWidth);
    this.halves = outHeight;
    if (outHeight & 1) {
      put(to, pitch, outHeight - 1, outWidth - 2, outWidth);
      this.halves++;
      to += 8;
    }
    return to;
  }

  /** Divides it among whole vectors alone, whose number is made a multiple of `multiple` by repeating the last. */
  planVectors(pitch: i32, multiple: i32, to: usize): usize {
    const outHeight = this.outHeight,
      outWidth = this.outWidth;
    const inRow = (outWidth + 3) >> 2;
    this.wholeAt = to;
    for (let r = 0; r < outHeight; r++) {
      for (let i = 0; i < inRow; i++, to += 8) put(to, pitch, r, min(4 * i, outWidth - 4), outWidth);
    }
    for (let i = outHeight * inRow; i % multiple; i++, to += 8) {
      put(to, pitch, outHeight - 1, outWidth - 4, outWidth);
    }
    this.halfAt = to;
    return to;
  }

  /** All pixels of one sample's group of one to three outputs. */
  narrowPlane(planes: usize, y: usize, W: usize): void {
    const outs = this.outs,
      end = this.halfAt;
    const step = (<usize>vectorsOf(outs)) << 3;
    for (let at = this.wholeAt; at < end; at += step) {
      narrowTile(outs, this.taps, this.tapsEnd, W, planes, at, y, this.yRow);
    }
  }

  /** All pixels of one sample's group. */
  widePlane(planes: usize, y: usize, W: usize): void {
    const pairs = this.halves >> 1,
      wholes = this.wholes;
    let at = this.wholeAt;
    for (let t = 0, half = this.halfAt; t < pairs; t++, at += 8, half += 16) {
      const a = i32.load(at),
        b = i32.load(half),
        c = i32.load(half, 8);
      const to = i32.load(at, 4),
        to1 = i32.load(half, 4),
        to2 = i32.load(half, 12);
      rowsOfHalves(this, W, planes + a, b - a, c - a, y + to, to1 - to, to2 - to);
    }
    for (let t = pairs; t < wholes; t += 2, at += 16) {
      const next: usize = t + 1 < wholes ? 8 : 0;
      const a = i32.load(at),
        to = i32.load(at, 4);
      rowsOfWholes(this, W, planes + a, i32.load(at + next) - a, y + to, i32.load(at + next, 4) - to);
    }
  }
}

/** That of the convolution at work. */
// @ts-ignore: decorator
@inline
export function correlation(): Correlation {
  return changetype<Correlation>(plans + CONV_PLAN + offsetof<PaddedInput>());
}

// @ts-ignore: decorator
@inline
function put(to: usize, pitch: i32, row: i32, column: i32, outWidth: i32): void {
  i32.store(to, (row * pitch + column) << 2);
  i32.store(to, (row * outWidth + column) << 2, 4);
}

// The two that are compiled.
function rowsOfWholes(plan: Correlation, a: usize, b: usize, b1: i32, y: usize, y1: i32): void {
  rowTiles(false, plan, a, b, b1, 0, y, y1, 0);
}
function rowsOfHalves(
  plan: Correlation,
  a: usize,
  b: usize,
  b1: i32,
  b2: i32,
  y: usize,
  y1: i32,
  y2: i32,
): void {
  rowTiles(true, plan, a, b, b1, b2, y, y1, y2);
}

/** All outputs for 8 pixels. */
// @ts-ignore: decorator
@inline
function rowTiles(
  split: bool,
  plan: Correlation,
  a: usize,
  b: usize,
  b1: i32,
  b2: i32,
  y: usize,
  y1: i32,
  y2: i32,
): void {
  const outs = plan.outs,
    tiles = (outs + MR - 1) / MR;
  const size = outs / tiles,
    larger = outs % tiles;
  const each = plan.tapsEnd - plan.taps + 4; // bytes of a row's bias and weights
  for (let t = 0; t < tiles; t++) {
    const rows = size + (t < larger ? 1 : 0);
    switch (rows) {
      case 6:
        tile(6, split, plan, a, b, b1, b2, y, y1, y2);
        break;
      case 5:
        tile(5, split, plan, a, b, b1, b2, y, y1, y2);
        break;
      case 4:
        tile(4, split, plan, a, b, b1, b2, y, y1, y2);
        break;
      case 3:
        tile(3, split, plan, a, b, b1, b2, y, y1, y2);
        break;
      case 2:
        tile(2, split, plan, a, b, b1, b2, y, y1, y2);
        break;
      default:
        tile(1, split, plan, a, b, b1, b2, y, y1, y2);
    }
    a += each * <usize>rows;
    y += plan.yRow * <usize>rows;
  }
}

/**
 * A tile: `rows` outputs of 8 pixels, four at b, the others `b1` bytes away; or where it is split two of them there and
 * two `b2` bytes away. In the same way their results go to y, `y1` and `y2` away.
 */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32,
  split: bool,
  plan: Correlation,
  a: usize,
  b: usize,
  b1: i32,
  b2: i32,
  y: usize,
  y1: i32,
  y2: i32,
): void {
  let c00 = v128.load32_splat(a),
    c01 = c00;
  let c10 = rows > 1 ? v128.load32_splat(a, 4) : c00,
    c11 = c10;
  let c20 = rows > 2 ? v128.load32_splat(a, 8) : c00,
    c21 = c20;
  let c30 = rows > 3 ? v128.load32_splat(a, 12) : c00,
    c31 = c30;
  let c40 = rows > 4 ? v128.load32_splat(a, 16) : c00,
    c41 = c40;
  let c50 = rows > 5 ? v128.load32_splat(a, 20) : c00,
    c51 = c50;
  const step: usize = rows << 2,
    end = plan.tapsEnd;
  a += step;
  for (let t = plan.taps; t < end; t += 4) {
    const at = b + i32.load(t);
    const p = v128.load(at);
    const q = split ? v128.load_lane<u64>(at + b2, v128.load64_zero(at + b1), 1) : v128.load(at + b1);
    let x = v128.load32_splat(a);
    c00 = madd(x, p, c00);
    c01 = madd(x, q, c01);
    if (rows > 1) {
      x = v128.load32_splat(a, 4);
      c10 = madd(x, p, c10);
      c11 = madd(x, q, c11);
    }
    if (rows > 2) {
      x = v128.load32_splat(a, 8);
      c20 = madd(x, p, c20);
      c21 = madd(x, q, c21);
    }
    if (rows > 3) {
      x = v128.load32_splat(a, 12);
      c30 = madd(x, p, c30);
      c31 = madd(x, q, c31);
    }
    if (rows > 4) {
      x = v128.load32_splat(a, 16);
      c40 = madd(x, p, c40);
      c41 = madd(x, q, c41);
    }
    if (rows > 5) {
      x = v128.load32_splat(a, 20);
      c50 = madd(x, p, c50);
      c51 = madd(x, q, c51);
    }
    a += step;
  }
  const yRow = plan.yRow;
  store(split, y, y1, y2, c00, c01);
  if (rows > 1) store(split, y + yRow, y1, y2, c10, c11);
  if (rows > 2) store(split, y + yRow * 2, y1, y2, c20, c21);
  if (rows > 3) store(split, y + yRow * 3, y1, y2, c30, c31);
  if (rows > 4) store(split, y + yRow * 4, y1, y2, c40, c41);
  if (rows > 5) store(split, y + yRow * 5, y1, y2, c50, c51);
}

// @ts-ignore: decorator
@inline
function store(split: bool, y: usize, y1: i32, y2: i32, p: v128, q: v128): void {
  v128.store(y, p);
  if (split) {
    v128.store_lane<u64>(y + y1, q, 0);
    v128.store_lane<u64>(y + y2, q, 1);
  } else {
    v128.store(y + y1, q);
  }
}
