import { f32At } from "../simd/memory";
import { enter, leave } from "../pool/windows";

/**
 * The columns of a block of y, one for each of its rows × columns elements, with all elements of x that it takes: copied
 * from x to `to`, or where `back` is 1 added up from there into x. See `ColumnMover` of ../../columns.ts.
 */
export function im2col(
  x: i32,
  to: i32,
  back: i32,
  row: i32,
  rows: i32,
  column: i32,
  columns: i32,
  channels: i32,
  height: i32,
  width: i32,
  kh: i32,
  kw: i32,
  sy: i32,
  sx: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  if (!back) memory.fill(f32At(to), 0, (<usize>(channels * kh * kw * rows * columns)) << 2);
  for (let c = 0; c < channels; c++) {
    for (let tap = 0; tap < kh * kw; tap++) {
      const top = row * sy - padY + (tap / kw) * dilationY;
      const left = column * sx - padX + (tap % kw) * dilationX;
      const start = enter(left, sx),
        end = leave(left, sx, width, columns);
      const below = leave(top, sy, height, rows);
      for (let r = enter(top, sy); r < below; r++) {
        const from = x + (c * height + top + r * sy) * width + left;
        const at = to + ((c * kh * kw + tap) * rows + r) * columns;
        if (back) addRun(f32At(at + start), f32At(from + start * sx), end - start, sx);
        else copyRun(f32At(from + start * sx), f32At(at + start), end - start, sx);
      }
    }
  }
}

/** n elements that are `step` apart, side by side. */
function copyRun(from: usize, to: usize, n: i32, step: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4, from += 16, to += 16) v128.store(to, v128.load(from));
  }
  const stride = (<usize>step) << 2;
  for (; i < n; i++, from += stride, to += 4) f32.store(to, f32.load(from));
}

/** n elements side by side, added to those that are `step` apart. */
function addRun(from: usize, to: usize, n: i32, step: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4, from += 16, to += 16)
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
  const stride = (<usize>step) << 2;
  for (; i < n; i++, from += 4, to += stride) f32.store(to, f32.load(to) + f32.load(from));
}
