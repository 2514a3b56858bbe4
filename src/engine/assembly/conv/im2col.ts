import { ConvDescriptor } from "../descriptors";
import { fill } from "../elementwise";
import { behindProducts, gemm, gemmOf } from "../gemm/gemm";
import { enter, leave } from "../pool/windows";
import { CONV_PLAN, f32At, floats, plans } from "../simd/memory";

/*
 * Convolution by columns, one for each element of y, with all elements of x that it takes: a product of matrices is left to do. A
 * rectangle of one sample's y in one group at a time.
 */

/** The rectangle whose columns are made: from (row, column) on, in the sample and group of the number `part`. */
@unmanaged
class Block {
  part: i32;
  row: i32;
  column: i32;
  rows: i32;
  columns: i32;

  /** Before the first. */
  begin(conv: ConvDescriptor): void {
    this.part = 0;
    this.row = 0;
    this.column = -conv.blockColumns;
  }

  /** Goes on to the next of `parts`; false: there is none. */
  next(conv: ConvDescriptor, parts: i32): bool {
    this.column += conv.blockColumns;
    if (this.column >= conv.outWidth) {
      this.column = 0;
      this.row += conv.blockRows;
    }
    if (this.row >= conv.outHeight) {
      this.row = 0;
      this.part++;
    }
    this.rows = min(conv.blockRows, conv.outHeight - this.row);
    this.columns = min(conv.blockColumns, conv.outWidth - this.column);
    return this.part < parts;
  }

  /** Where its parts of x, y and W begin, in elements from their own beginnings. */
  x(conv: ConvDescriptor): i32 {
    return this.part * (conv.channels / conv.groups) * conv.height * conv.width;
  }
  y(conv: ConvDescriptor): i32 {
    const plane = conv.outHeight * conv.outWidth;
    return this.part * (conv.outChannels / conv.groups) * plane + this.row * conv.outWidth + this.column;
  }
  W(conv: ConvDescriptor): i32 {
    return (this.part % conv.groups) * (conv.outChannels / conv.groups) * depthOf(conv);
  }
}

/** That of the convolution at work. */
// @ts-ignore: decorator
@inline
function firstBlock(conv: ConvDescriptor): Block {
  const block = changetype<Block>(plans + CONV_PLAN);
  block.begin(conv);
  return block;
}

/** Rows of columns: products that are summed for one element of y. */
// @ts-ignore: decorator
@inline
function depthOf(conv: ConvDescriptor): i32 {
  return (conv.channels / conv.groups) * conv.kernelHeight * conv.kernelWidth;
}

/** Where columns are made, in this thread's scratch, as an element of the floats: products take some more of it. */
// @ts-ignore: decorator
@inline
function columnsPlace(): i32 {
  return (<i32>(behindProducts() - floats)) >> 2;
}

/** `convKernels.conv2d`. */
export function im2colConv2d(conv: ConvDescriptor, batch: i32, x: i32, W: i32, bias: i32, y: i32): void {
  const outs = conv.outChannels / conv.groups,
    depth = depthOf(conv),
    pixels = conv.outHeight * conv.outWidth;
  for (let i = 0; bias >= 0 && i < batch * conv.outChannels; i++) {
    fill(pixels, y + i * pixels, f32.load(f32At(bias + (i % conv.outChannels))));
  }
  const columns = columnsPlace();
  const block = firstBlock(conv);
  while (block.next(conv, batch * conv.groups)) {
    const n = block.rows * block.columns;
    const from = x + block.x(conv);
    for (let d = 0; d < depth; d += conv.blockDepth) {
      const deep = min(conv.blockDepth, depth - d);
      if (!conv.pointwise) im2col(conv, block, d, deep, from, columns);
      const B = conv.pointwise ? from : columns;
      const shape = gemmOf(deep, depth, 0, n, 0, pixels, <i32>(bias >= 0 || d > 0));
      gemm(shape, outs, n, W + block.W(conv) + d, B, y + block.y(conv), -1);
    }
  }
}

/** `convKernels.conv2dGradInput`: columns of dx = Wᵀ·dy. */
export function im2colConv2dGradInput(conv: ConvDescriptor, batch: i32, dy: i32, W: i32, dx: i32): void {
  const outs = conv.outChannels / conv.groups,
    depth = depthOf(conv),
    pixels = conv.outHeight * conv.outWidth;
  if (!conv.pointwise) fill(batch * conv.channels * conv.height * conv.width, dx, 0);
  const columns = columnsPlace();
  const block = firstBlock(conv);
  while (block.next(conv, batch * conv.groups)) {
    const n = block.rows * block.columns;
    const to = dx + block.x(conv);
    const C = conv.pointwise ? to : columns;
    const shape = gemmOf(outs, depth, 1, pixels, 0, n, 0);
    for (let d = 0; d < depth; d += conv.blockDepth) {
      const deep = min(conv.blockDepth, depth - d);
      gemm(shape, deep, n, W + block.W(conv) + d, dy + block.y(conv), C, -1);
      if (!conv.pointwise) col2im(conv, block, d, deep, to, columns);
    }
  }
}

/** dW of `convKernels.conv2dGradWeight`: Σ dy·(columns of x)ᵀ. */
export function im2colConv2dGradWeight(
  conv: ConvDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  dW: i32,
  first: i32,
  count: i32,
): void {
  const outs = conv.outChannels / conv.groups,
    depth = depthOf(conv),
    pixels = conv.outHeight * conv.outWidth;
  const columns = columnsPlace();
  const block = firstBlock(conv);
  while (block.next(conv, batch * conv.groups)) {
    const group = block.part % conv.groups;
    const before = max(0, first - group * outs);
    const m = min(outs, first + count - group * outs) - before;
    if (m <= 0) continue;
    const n = block.rows * block.columns;
    const from = x + block.x(conv);
    const isFirst = block.part < conv.groups && block.row + block.column == 0; // nothing has been added to the group's dW yet
    for (let d = 0; d < depth; d += conv.blockDepth) {
      const deep = min(conv.blockDepth, depth - d);
      if (!conv.pointwise) im2col(conv, block, d, deep, from, columns);
      const A = dy + block.y(conv) + before * pixels,
        B = conv.pointwise ? from : columns,
        C = dW + block.W(conv) + before * depth + d;
      const shape = gemmOf(n, pixels, 0, n, 1, depth, <i32>!isFirst);
      gemm(shape, m, deep, A, B, C, -1);
    }
  }
}

/**
 * The columns of a block of y, one for each of its rows × columns elements, with all elements of x that it takes; of them the
 * `deep` ones from `d` on.
 */
function im2col(conv: ConvDescriptor, block: Block, d: i32, deep: i32, x: i32, to: i32): void {
  memory.fill(f32At(to), 0, (<usize>(deep * block.rows * block.columns)) << 2);
  eachRun(conv, block, d, deep, x, to, false);
}

/** Adds the columns of a block up into x. */
function col2im(conv: ConvDescriptor, block: Block, d: i32, deep: i32, x: i32, from: i32): void {
  eachRun(conv, block, d, deep, x, from, true);
}

/** What of a row of x is an element of the window for a row of a block, copied to the block's columns, or added up from there. */
function eachRun(conv: ConvDescriptor, block: Block, d: i32, deep: i32, x: i32, to: i32, back: bool): void {
  const rows = block.rows,
    columns = block.columns;
  const height = conv.height,
    width = conv.width,
    kw = conv.kernelWidth,
    window = conv.kernelHeight * kw;
  const sy = conv.strideY,
    sx = conv.strideX;
  for (let i = 0; i < deep; i++) {
    const c = (d + i) / window,
      tap = (d + i) % window;
    const top = block.row * sy - conv.padY + (tap / kw) * conv.dilationY;
    const left = block.column * sx - conv.padX + (tap % kw) * conv.dilationX;
    const start = enter(left, sx),
      end = leave(left, sx, width, columns);
    const below = leave(top, sy, height, rows);
    for (let r = enter(top, sy); r < below; r++) {
      const from = x + (c * height + top + r * sy) * width + left;
      const at = to + (i * rows + r) * columns;
      if (back) addRun(f32At(at + start), f32At(from + start * sx), end - start, sx);
      else copyRun(f32At(from + start * sx), f32At(at + start), end - start, sx);
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
