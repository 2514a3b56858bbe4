import type { MatrixKernels } from "./matrix.ts";
import type { Floats } from "../tensor.ts";
import type { Memory } from "./memory.ts";
import { enter, leave, type Window } from "./window.ts";

/** The sizes of a convolution: x[batch, channels, height, width] to y[batch, outChannels, outHeight, outWidth]. */
export type ConvSizes = readonly [
  batch: number,
  channels: number,
  outChannels: number,
  groups: number,
  ...window: Window,
];

/**
 * Convolution as `nn.Conv2d` has it, that is cross-correlation, with W[outChannels, channels / groups, kernelHeight,
 * kernelWidth]; what lies outside the plane is 0. `columns` is a place for `columnsOf(sizes)` elements.
 */
export interface ConvKernels {
  /** y = x ∗ W, plus the outChannels elements at `bias` where that is not −1. */
  conv2d(x: number, W: number, bias: number, y: number, columns: number, ...sizes: ConvSizes): void;
  /** dx from dy. */
  conv2dGradInput(dy: number, W: number, dx: number, columns: number, ...sizes: ConvSizes): void;
  /** dW and dbias, each where it is not −1, from x and dy. */
  conv2dGradWeight(
    x: number,
    dy: number,
    dW: number,
    dbias: number,
    columns: number,
    ...sizes: ConvSizes
  ): void;
}

/** Elements of columns that are made at a time: 1 MB in f32, still in the cache when they are used. */
const COLUMNS = 2 ** 18;

/** Rows of columns: products that are summed for one element of y. */
const depthOf = ([, channels, , groups, , , , , kernelHeight, kernelWidth]: ConvSizes): number =>
  (channels / groups) * kernelHeight * kernelWidth;

/** Each element of y takes one of x only, at the same place: x is its own columns. */
const isPointwise = ([
  ,
  ,
  ,
  ,
  height,
  width,
  outHeight,
  outWidth,
  kh,
  kw,
  ,
  ,
  padY,
  padX,
]: ConvSizes): boolean =>
  kh * kw === 1 && padY === 0 && padX === 0 && height === outHeight && width === outWidth;

/** A rectangle of y whose columns are made together: whole rows, as many as there is room for, or a part of one. */
function blockSize(sizes: ConvSizes): readonly [rows: number, columns: number] {
  const [, , , , , , outHeight, outWidth] = sizes;
  if (isPointwise(sizes)) return [outHeight, outWidth];
  const room = Math.max(1, Math.floor(COLUMNS / depthOf(sizes)));
  return room < outWidth ? [1, room] : [Math.min(outHeight, Math.floor(room / outWidth)), outWidth];
}

/** Elements that the kernels need at `columns`. */
export function columnsOf(sizes: ConvSizes): number {
  const [rows, columns] = blockSize(sizes);
  return isPointwise(sizes) ? 0 : depthOf(sizes) * rows * columns;
}

/** A rectangle of one sample's y in one group. */
interface Block {
  row: number;
  rows: number;
  column: number;
  columns: number;
  /** Where its parts of x, y and W begin, in elements from their own beginnings. */
  x: number;
  y: number;
  W: number;
  /** Nothing has been added to the group's dW yet. */
  first: boolean;
}

/** The same object every time. */
function eachBlock(sizes: ConvSizes, visit: (block: Block) => void): void {
  const [batch, channels, outChannels, groups, height, width, outHeight, outWidth] = sizes;
  const [rows, columns] = blockSize(sizes);
  const block: Block = { row: 0, rows, column: 0, columns, x: 0, y: 0, W: 0, first: true };
  for (let part = 0; part < batch * groups; part++) {
    const y = part * (outChannels / groups) * outHeight * outWidth;
    block.x = part * (channels / groups) * height * width;
    block.W = (part % groups) * (outChannels / groups) * depthOf(sizes);
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

/** out[channels] = Σ over the samples and elements of x[batch, channels, inner]. */
type ChannelSums = (batch: number, channels: number, inner: number, x: number, out: number) => void;

/** What convolution is made of. */
export interface ConvParts extends Pick<MatrixKernels, "gemm"> {
  readonly moveColumns: ColumnMover;
  readonly channelSums: ChannelSums;
}

/** The parts as plain loops, but for the product. */
export const convLoops = ({ floats }: Memory): Omit<ConvParts, "gemm"> => ({
  moveColumns: columnMover(floats),
  channelSums: channelSummer(floats),
});

const channelSummer =
  (f: Floats): ChannelSums =>
  (batch, channels, inner, x, out) => {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let b = 0; b < batch; b++) {
        for (let p = 0, i = x + (b * channels + c) * inner; p < inner; p++) sum += f[i + p];
      }
      f[out + c] = sum;
    }
  };

const columnMover =
  (f: Floats): ColumnMover =>
  (x, to, back, row, rows, column, columns, channels, height, width, kh, kw, sy, sx, padY, padX, dy, dx) => {
    if (!back) f.fill(0, to, to + channels * kh * kw * rows * columns);
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < kh * kw; tap++) {
        const top = row * sy - padY + Math.floor(tap / kw) * dy;
        const left = column * sx - padX + (tap % kw) * dx;
        const [start, end] = [enter(left, sx), leave(left, sx, width, columns)];
        const below = leave(top, sy, height, rows);
        for (let r = enter(top, sy); r < below; r++) {
          const from = x + (c * height + top + r * sy) * width + left;
          const at = to + ((c * kh * kw + tap) * rows + r) * columns;
          if (back) for (let i = start; i < end; i++) f[from + i * sx] += f[at + i];
          else for (let i = start; i < end; i++) f[at + i] = f[from + i * sx];
        }
      }
    }
  };

/** By columns, one for each element of y, with all elements of x that it takes: a product of matrices is left to do. */
export function convKernels(memory: Memory, { gemm, moveColumns, channelSums }: ConvParts): ConvKernels {
  const { floats: f } = memory;

  /** Copies a block's elements of x to `to`, one column for each of y, or where `back` adds them up from there. */
  function move(x: number, to: number, block: Block, sizes: ConvSizes, back: boolean): void {
    const [, channels, , groups, height, width, , , kh, kw, sy, sx, padY, padX, dilationY, dilationX] = sizes;
    const { row, rows, column, columns } = block;
    const window = [height, width, kh, kw, sy, sx, padY, padX, dilationY, dilationX] as const;
    moveColumns(x, to, back ? 1 : 0, row, rows, column, columns, channels / groups, ...window);
  }

  return {
    conv2d(x, W, bias, y, columns, ...sizes) {
      const [batch, , outChannels, groups, , , outHeight, outWidth] = sizes;
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
    conv2dGradInput(dy, W, dx, columns, ...sizes) {
      const [batch, channels, outChannels, groups, height, width, outHeight, outWidth] = sizes;
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
    conv2dGradWeight(x, dy, dW, dbias, columns, ...sizes) {
      const [batch, , outChannels, groups, , , outHeight, outWidth] = sizes;
      const [pixels, depth, pointwise] = [outHeight * outWidth, depthOf(sizes), isPointwise(sizes)];
      if (dbias >= 0) channelSums(batch, outChannels, pixels, dy, dbias);
      if (dW < 0) return;
      eachBlock(sizes, (block) => {
        const n = block.rows * block.columns;
        if (!pointwise) move(x + block.x, columns, block, sizes, false);
        const [A, B, C] = [dy + block.y, pointwise ? x + block.x : columns, dW + block.W];
        gemm(outChannels / groups, depth, n, A, pixels, 0, B, n, 1, C, depth, -1, block.first ? 0 : 1);
      });
    },
  };
}
