import { CONV_PLAN, plans } from "../simd/memory";

/**
 * Planes with zeros around them, one after the other in the scratch, for a window that slides over them in steps of 1: each
 * of its taps then lies at the same distance from every place of the window.
 */
@unmanaged
export class PaddedInput {
  /** Elements from row to row and from plane to plane. */
  pitch: i32;
  plane: i32;
  /** No zeros are needed: planes are read where they lie. */
  inPlace: bool;
  /** Of the planes that come. */
  height: i32;
  width: i32;
  /** What of them is copied: bytes before it, its size, and where it goes. */
  from: usize;
  rows: i32;
  columns: i32;
  top: i32;
  left: i32;

  /**
   * Plans planes of height × width for outHeight × outWidth places of a window, the first `padY`, `padX` before the plane;
   * `reachY`, `reachX` from its first tap to its last.
   */
  plan(
    height: i32,
    width: i32,
    outHeight: i32,
    outWidth: i32,
    padY: i32,
    padX: i32,
    reachY: i32,
    reachX: i32,
  ): void {
    const bufferHeight = outHeight + reachY;
    const pitch = outWidth + reachX;
    const inPlace = padY == 0 && padX == 0 && pitch == width && bufferHeight == height;
    // A negative padding leaves out the beginning.
    const skipped = max(-padY, 0),
      before = max(-padX, 0);
    this.height = height;
    this.width = width;
    this.pitch = pitch;
    this.inPlace = inPlace;
    this.plane = bufferHeight * pitch;
    // Where planes are a multiple of 4096 bytes apart, the same element of all of them falls into the same set of the cache.
    if (!inPlace && (this.plane & 1023) == 0) this.plane += 16;
    this.top = max(padY, 0);
    this.left = max(padX, 0);
    this.from = (<usize>(skipped * width + before)) << 2;
    this.rows = max(0, min(height - skipped, bufferHeight - this.top));
    this.columns = max(0, min(width - before, pitch - this.left));
  }

  /** Puts zeros where the borders of `count` planes will be. */
  clear(to: usize, count: i32): void {
    if (!this.inPlace) memory.fill(to, 0, (<usize>(count * this.plane)) << 2);
  }

  /** Where the planes are: at `to`, into which `count` of them are copied from x, or x. */
  pad(x: usize, to: usize, count: i32): usize {
    if (this.inPlace) return x;
    const rows = this.rows,
      columns = this.columns;
    const apart = (<usize>this.width) << 2,
      pitch = (<usize>this.pitch) << 2;
    let source = x + this.from;
    let at = to + ((<usize>(this.top * this.pitch + this.left)) << 2);
    for (let c = 0; c < count; c++) {
      for (let r = 0, row = source, place = at; r < rows; r++, row += apart, place += pitch) {
        copyRow(row, place, columns);
      }
      source += apart * <usize>this.height;
      at += (<usize>this.plane) << 2;
    }
    return to;
  }

  /** Writes the distance in bytes from a place of a window to each of its taps in `channels` planes. Returns where it ends. */
  tapTable(to: usize, channels: i32, kh: i32, kw: i32, dilationY: i32, dilationX: i32): usize {
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++, to += 4) {
          i32.store(to, (c * this.plane + ky * dilationY * this.pitch + kx * dilationX) << 2);
        }
      }
    }
    return to;
  }
}

/** That of the convolution at work. */
// @ts-ignore: decorator
@inline
export function paddedInput(): PaddedInput {
  return changetype<PaddedInput>(plans + CONV_PLAN);
}

// @ts-ignore: decorator
@inline
function copyRow(source: usize, to: usize, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  if (columns < 4) {
    for (let i: usize = 0; i < bytes; i += 4) f32.store(to + i, f32.load(source + i));
    return;
  }
  for (let i: usize = 0; i < bytes - 16; i += 16) v128.store(to + i, v128.load(source + i));
  v128.store(to + bytes - 16, v128.load(source + bytes - 16));
}
