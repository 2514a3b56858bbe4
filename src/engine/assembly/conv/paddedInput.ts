/**
 * Planes with zeros around them, one after the other in the scratch, for a window that slides over them in steps of 1: each
 * of its taps then lies at the same distance from every place of the window.
 */
let from: usize = 0;

/** Elements from row to row and from plane to plane. */
export let pitch: i32 = 0;
export let plane: i32 = 0;

let height: i32 = 0;
let width: i32 = 0;
let top: i32 = 0;
let left: i32 = 0;
let rows: i32 = 0;
let columns: i32 = 0;
/** No zeros are needed: planes are read where they lie. */
export let inPlace: bool = false;

/** Plans planes of height × width for outHeight × outWidth places of a window, the first `padY`, `padX` before the plane. */
export function planPadding(
  height_: i32,
  width_: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  height = height_;
  width = width_;
  const bufferHeight = outHeight + (kh - 1) * dilationY;
  pitch = outWidth + (kw - 1) * dilationX;
  inPlace = padY == 0 && padX == 0 && pitch == width && bufferHeight == height;
  plane = bufferHeight * pitch;
  // Where planes are a multiple of 4096 bytes apart, the same element of all of them falls into the same set of the cache.
  if (!inPlace && (plane & 1023) == 0) plane += 16;
  // A negative padding leaves out the beginning.
  top = max(padY, 0);
  left = max(padX, 0);
  const skipped = max(-padY, 0),
    before = max(-padX, 0);
  from = (<usize>(skipped * width + before)) << 2;
  rows = max(0, min(height - skipped, bufferHeight - top));
  columns = max(0, min(width - before, pitch - left));
}

/** Puts zeros where the borders of `count` planes will be. */
export function clearPlanes(to: usize, count: i32): void {
  if (!inPlace) memory.fill(to, 0, (<usize>(count * plane)) << 2);
}

/** Where the planes are: at `to`, into which `count` of them are copied from x, or x. */
export function padPlanes(x: usize, to: usize, count: i32): usize {
  if (inPlace) return x;
  let source = x + from;
  let at = to + ((<usize>(top * pitch + left)) << 2);
  for (let c = 0; c < count; c++) {
    for (let r = 0; r < rows; r++) {
      copyRow(source + ((<usize>(r * width)) << 2), at + ((<usize>(r * pitch)) << 2));
    }
    source += (<usize>(height * width)) << 2;
    at += (<usize>plane) << 2;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function copyRow(source: usize, to: usize): void {
  const bytes = (<usize>columns) << 2;
  if (columns < 4) {
    for (let i: usize = 0; i < bytes; i += 4) f32.store(to + i, f32.load(source + i));
    return;
  }
  for (let i: usize = 0; i < bytes - 16; i += 16) v128.store(to + i, v128.load(source + i));
  v128.store(to + bytes - 16, v128.load(source + bytes - 16));
}

/** Writes the distance in bytes from a place of the window to each of its taps in `channels` planes. Returns where it ends. */
export function tapTable(to: usize, channels: i32, kh: i32, kw: i32, dilationY: i32, dilationX: i32): usize {
  for (let c = 0; c < channels; c++) {
    for (let ky = 0; ky < kh; ky++) {
      for (let kx = 0; kx < kw; kx++, to += 4) {
        i32.store(to, (c * plane + ky * dilationY * pitch + kx * dilationX) << 2);
      }
    }
  }
  return to;
}
