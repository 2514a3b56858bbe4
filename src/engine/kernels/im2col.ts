import { type ConvList, type ConvLoops, type ConvSizes, namedSizes } from "./convSizes.ts";
import { variantOf } from "./direct.ts";
import type { LoopsOf } from "./kernel.ts";
import type { matrixKernels } from "./matrix.ts";
import type { Memory } from "./memory.ts";

/** Elements of columns that are made at a time: 1 MB in f32, still in the cache when they are used. */
const COLUMNS = 2 ** 18;

/** Rows of columns: products that are summed for one element of y. */
const depthOf = ({ channels, groups, kernelHeight, kernelWidth }: ConvSizes): number =>
  (channels / groups) * kernelHeight * kernelWidth;

/** Each element of y takes one of x only, at the same place: x is its own columns. */
const isPointwise = ({
  height,
  width,
  outHeight,
  outWidth,
  kernelHeight,
  kernelWidth,
  padY,
  padX,
}: ConvSizes): boolean =>
  kernelHeight * kernelWidth === 1 && padY === 0 && padX === 0 && height === outHeight && width === outWidth;

/** A rectangle of y whose columns are made together: whole rows, as many as there is room for, or a part of one. */
function blockSize(sizes: ConvSizes): readonly [rows: number, columns: number] {
  const { outHeight, outWidth } = sizes;
  if (isPointwise(sizes)) return [outHeight, outWidth];
  const room = Math.max(1, Math.floor(COLUMNS / depthOf(sizes)));
  return room < outWidth ? [1, room] : [Math.min(outHeight, Math.floor(room / outWidth)), outWidth];
}

/** Elements that the kernels need at `columns`. */
export function columnsOf(sizes: ConvSizes): number {
  const [rows, columns] = blockSize(sizes);
  return isPointwise(sizes) || variantOf(sizes) !== "im2col" ? 0 : depthOf(sizes) * rows * columns;
}

/** A rectangle of one sample's y in one group. */
interface Block {
  row: number;
  rows: number;
  column: number;
  columns: number;
  group: number;
  /** Where its parts of x, y and W begin, in elements from their own beginnings. */
  x: number;
  y: number;
  W: number;
  /** Nothing has been added to the group's dW yet. */
  first: boolean;
}

/** The same object every time. */
function eachBlock(sizes: ConvSizes, visit: (block: Block) => void): void {
  const { batch, channels, outChannels, groups, height, width, outHeight, outWidth } = sizes;
  const [rows, columns] = blockSize(sizes);
  const block: Block = { row: 0, rows, column: 0, columns, group: 0, x: 0, y: 0, W: 0, first: true };
  for (let part = 0; part < batch * groups; part++) {
    const y = part * (outChannels / groups) * outHeight * outWidth;
    block.x = part * (channels / groups) * height * width;
    block.group = part % groups;
    block.W = block.group * (outChannels / groups) * depthOf(sizes);
    for (let row = 0; row < outHeight; row += rows) {
      for (let column = 0; column < outWidth; column += columns) {
        block.row = row;
        block.rows = Math.min(rows, outHeight - row);
        block.column = column;
        block.columns = Math.min(columns, outWidth - column);
        block.y = y + row * outWidth + column;
        block.first = part < groups && row + column === 0;
        visit(block);
      }
    }
  }
}

/**
 * Copies from x to `to`, or where `back` is 1 adds up from there into x: the columns of a block of y, one for each of its
 * rows × columns elements from (row, column) on, with all elements of the plane's `channels` that it takes.
 */
export type ColumnMover = (
  x: number,
  to: number,
  back: number,
  row: number,
  rows: number,
  column: number,
  columns: number,
  channels: number,
  height: number,
  width: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  padY: number,
  padX: number,
  dilationY: number,
  dilationX: number,
) => void;

/** out[first … first + count) = Σ over the samples and elements of those channels of x[batch, channels, inner]. */
export type PlaneSums = (
  batch: number,
  channels: number,
  inner: number,
  x: number,
  first: number,
  count: number,
  out: number,
) => void;

/** What convolution by columns is made of. */
export interface Im2colParts extends Pick<LoopsOf<typeof matrixKernels>, "gemm"> {
  readonly im2col: ColumnMover;
  readonly planeSums: PlaneSums;
}

/** By columns, one for each element of y, with all elements of x that it takes: a product of matrices is left to do. */
export function im2colKernels(memory: Memory, { gemm, im2col, planeSums }: Im2colParts): ConvLoops {
  const { floats: f } = memory;

  /** Copies a block's elements of x to `to`, one column for each of y, or where `back` adds them up from there. */
  function move(x: number, to: number, block: Block, sizes: ConvSizes, back: boolean): void {
    const { channels, groups, height, width, kernelHeight, kernelWidth } = sizes;
    const { strideY, strideX, padY, padX, dilationY, dilationX } = sizes;
    const { row, rows, column, columns } = block;
    im2col(
      x,
      to,
      back ? 1 : 0,
      row,
      rows,
      column,
      columns,
      channels / groups,
      height,
      width,
      kernelHeight,
      kernelWidth,
      strideY,
      strideX,
      padY,
      padX,
      dilationY,
      dilationX,
    );
  }

  return {
    conv2d(x, W, bias, y, columns, ...list: ConvList) {
      const sizes = namedSizes(list);
      const { batch, outChannels, groups, outHeight, outWidth } = sizes;
      const [pixels, depth, pointwise] = [outHeight * outWidth, depthOf(sizes), isPointwise(sizes)];
      for (let i = 0; bias >= 0 && i < batch * outChannels; i++) {
        f.fill(f[bias + (i % outChannels)], y + i * pixels, y + (i + 1) * pixels);
      }
      eachBlock(sizes, (block) => {
        const n = block.rows * block.columns;
        if (!pointwise) move(x + block.x, columns, block, sizes, false);
        const B = pointwise ? x + block.x : columns;
        const C = y + block.y;
        gemm(outChannels / groups, n, depth, W + block.W, depth, 0, B, n, 0, C, pixels, -1, bias < 0 ? 0 : 1);
      });
    },

    // columns of dx = Wᵀ·dy
    conv2dGradInput(dy, W, dx, columns, ...list: ConvList) {
      const sizes = namedSizes(list);
      const { batch, channels, outChannels, groups, height, width, outHeight, outWidth } = sizes;
      const [pixels, depth, pointwise] = [outHeight * outWidth, depthOf(sizes), isPointwise(sizes)];
      if (!pointwise) f.fill(0, dx, dx + batch * channels * height * width);
      eachBlock(sizes, (block) => {
        const n = block.rows * block.columns;
        const C = pointwise ? dx + block.x : columns;
        const B = dy + block.y;
        gemm(depth, n, outChannels / groups, W + block.W, depth, 1, B, pixels, 0, C, n, -1, 0);
        if (!pointwise) move(dx + block.x, columns, block, sizes, true);
      });
    },

    // dW = Σ dy·(columns of x)ᵀ    dbias = Σ dy
    conv2dGradWeight(x, dy, dW, dbias, columns, first, count, ...list: ConvList) {
      const sizes = namedSizes(list);
      const { batch, outChannels, groups, outHeight, outWidth } = sizes;
      const [pixels, depth, pointwise] = [outHeight * outWidth, depthOf(sizes), isPointwise(sizes)];
      if (dbias >= 0) planeSums(batch, outChannels, pixels, dy, first, count, dbias);
      if (dW < 0) return;
      const outs = outChannels / groups;
      eachBlock(sizes, (block) => {
        const before = Math.max(0, first - block.group * outs);
        const m = Math.min(outs, first + count - block.group * outs) - before;
        if (m <= 0) return;
        const n = block.rows * block.columns;
        if (!pointwise) move(x + block.x, columns, block, sizes, false);
        const [A, B] = [dy + block.y + before * pixels, pointwise ? x + block.x : columns];
        const C = dW + block.W + before * depth;
        gemm(m, depth, n, A, pixels, 0, B, n, 1, C, depth, -1, block.first ? 0 : 1);
      });
    },
  };
}
