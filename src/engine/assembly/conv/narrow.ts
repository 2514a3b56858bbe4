import { madd } from "../simd/memory";

/** Vectors of a tile of one, two or three outputs: as many pixels as are needed to keep the multipliers busy. */
export function vectorsOf(outs: i32): i32 {
  return outs == 1 ? 6 : 4;
}

/**
 * A tile of one to three outputs: like that of ./correlation, for 4 or 6 vectors of pixels, whose places in x and y are the
 * pairs of distances at `places`.
 */
export function narrowTile(
  outs: i32,
  taps: usize,
  end: usize,
  W: usize,
  planes: usize,
  places: usize,
  y: usize,
  yRow: usize,
): void {
  switch (outs) {
    case 3:
      tile(3, taps, end, W, planes, places, y, yRow);
      break;
    case 2:
      tile(2, taps, end, W, planes, places, y, yRow);
      break;
    default:
      tile(1, taps, end, W, planes, places, y, yRow);
  }
}

// @ts-ignore: decorator
@inline
function tile(
  outs: i32,
  taps: usize,
  end: usize,
  a: usize,
  planes: usize,
  places: usize,
  y: usize,
  yRow: usize,
): void {
  let c00 = v128.load32_splat(a),
    c01 = c00,
    c02 = c00,
    c03 = c00,
    c04 = c00,
    c05 = c00;
  let c10 = outs > 1 ? v128.load32_splat(a, 4) : c00,
    c11 = c10,
    c12 = c10,
    c13 = c10;
  let c20 = outs > 2 ? v128.load32_splat(a, 8) : c00,
    c21 = c20,
    c22 = c20,
    c23 = c20;
  const b0 = planes + i32.load(places),
    b1 = planes + i32.load(places, 8);
  const b2 = planes + i32.load(places, 16),
    b3 = planes + i32.load(places, 24);
  const b4 = outs == 1 ? planes + i32.load(places, 32) : b0,
    b5 = outs == 1 ? planes + i32.load(places, 40) : b0;
  a += outs << 2;
  for (let t = taps; t < end; t += 4) {
    const at = i32.load(t);
    const x = v128.load32_splat(a);
    const x1 = outs > 1 ? v128.load32_splat(a, 4) : x,
      x2 = outs > 2 ? v128.load32_splat(a, 8) : x;
    let p = v128.load(b0 + at);
    c00 = madd(x, p, c00);
    if (outs > 1) c10 = madd(x1, p, c10);
    if (outs > 2) c20 = madd(x2, p, c20);
    p = v128.load(b1 + at);
    c01 = madd(x, p, c01);
    if (outs > 1) c11 = madd(x1, p, c11);
    if (outs > 2) c21 = madd(x2, p, c21);
    p = v128.load(b2 + at);
    c02 = madd(x, p, c02);
    if (outs > 1) c12 = madd(x1, p, c12);
    if (outs > 2) c22 = madd(x2, p, c22);
    p = v128.load(b3 + at);
    c03 = madd(x, p, c03);
    if (outs > 1) c13 = madd(x1, p, c13);
    if (outs > 2) c23 = madd(x2, p, c23);
    if (outs == 1) {
      c04 = madd(x, v128.load(b4 + at), c04);
      c05 = madd(x, v128.load(b5 + at), c05);
    }
    a += outs << 2;
  }
  store(y, places, c00, c01, c02, c03);
  if (outs > 1) store(y + yRow, places, c10, c11, c12, c13);
  if (outs > 2) store(y + yRow * 2, places, c20, c21, c22, c23);
  if (outs == 1) {
    v128.store(y + i32.load(places, 36), c04);
    v128.store(y + i32.load(places, 44), c05);
  }
}

// @ts-ignore: decorator
@inline
function store(y: usize, places: usize, p: v128, q: v128, r: v128, s: v128): void {
  v128.store(y + i32.load(places, 4), p);
  v128.store(y + i32.load(places, 12), q);
  v128.store(y + i32.load(places, 20), r);
  v128.store(y + i32.load(places, 28), s);
}
