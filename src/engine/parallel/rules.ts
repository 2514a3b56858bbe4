import { UPDATE } from "../kernels/optimizers.ts";
import { MOMENTS, SUMMARY } from "../kernels/statistics.ts";
import { HIST_BINS } from "../../protocol/frame.ts";
import type { KernelName } from "../kernels/kernels.ts";
import { columnsOf } from "../kernels/columns.ts";
import type { ConvSizes } from "../kernels/conv.ts";
import { packedSize } from "../kernels/matrix.ts";
import { extent, reads, readsDoubles, type Touch, writes, writesDoubles } from "./touches.ts";

type Args = readonly number[];

/**
 * How calls of a kernel may run beside each other. A kernel without a rule is one for which everything else waits, and so is
 * one that draws random numbers.
 */
export interface Rule {
  /** All that a call reads and writes. */
  touches(args: Args): readonly Touch[];
  /** A call may be taken apart into so many units, whose results do not depend on how; absent: it is made whole, by any thread. */
  readonly units?: (args: Args) => number;
  /** The call that does the units from `from` up to, not including, `to`. */
  readonly part?: (args: Args, from: number, to: number) => Args;
}

/** The arguments with some moved by so much for each unit, and the number of units at `count`. */
const moved =
  (count: number, steps: (args: Args) => Readonly<Record<number, number>>) =>
  (args: Args, from: number, to: number): Args => {
    const step = steps(args);
    return args.map((value, i) => {
      if (i === count) return to - from;
      const by = step[i];
      return by === undefined || value < 0 ? value : value + from * by;
    });
  };

/** n elements at the places that follow argument `count`, read first and then written. */
function elements(count: number, read: readonly number[], written: readonly number[]): Rule {
  const steps = Object.fromEntries([...read, ...written].map((i) => [i, 1]));
  return {
    touches: (args) => [
      ...read.flatMap((i) => reads(args[i], args[count])),
      ...written.flatMap((i) => writes(args[i], args[count])),
    ],
    units: (args) => args[count],
    part: moved(count, () => steps),
  };
}

/** One pass over n elements at `x` for figures at `out`, which depend on where it begins and ends. */
const sums = (figures: number, x = 1): Rule => ({
  touches: (args) => [...reads(args[x], args[0]), ...writesDoubles(args[args.length - 1], figures)],
});

/** An optimizer over n elements at the places from argument 1 up to `hyper`, all of which it may write. */
const optimizer = (hyper: number): Rule => ({
  touches: (args) => [
    ...args.slice(1, hyper).flatMap((at, i) => (i === 1 ? reads(at, args[0]) : writes(at, args[0]))),
    ...readsDoubles(args[hyper], 16),
    ...writesDoubles(args[hyper + 1], UPDATE.length),
  ],
});

/** B is packed by everyone who needs it: where that is much, everyone takes some of its columns instead of rows of A. */
const MUCH = 1 << 15;
const PANEL = 8;
const byColumns = ([m, n, k]: Args): boolean => n * k >= MUCH && n >= 8 * PANEL && m < 4 * n;

const gemm: Rule = {
  touches: ([m, n, k, A, lda, ta, B, ldb, tb, C, ldc, bias]) => [
    ...reads(A, ta ? extent(k, m, lda) : extent(m, k, lda)),
    ...reads(B, tb ? extent(n, k, ldb) : extent(k, n, ldb)),
    ...reads(bias, n),
    ...writes(C, extent(m, n, ldc)),
  ],
  units: (args) => (byColumns(args) ? Math.ceil(args[1] / PANEL) : args[0]),
  part(args, from, to) {
    const [m, n, k, A, lda, ta, B, ldb, tb, C, ldc, bias, accumulate] = args;
    if (!byColumns(args)) {
      return [
        to - from,
        n,
        k,
        A + from * (ta ? 1 : lda),
        lda,
        ta,
        B,
        ldb,
        tb,
        C + from * ldc,
        ldc,
        bias,
        accumulate,
      ];
    }
    const [first, end] = [from * PANEL, Math.min(to * PANEL, n)];
    const row = bias < 0 ? bias : bias + first;
    return [
      m,
      end - first,
      k,
      A,
      lda,
      ta,
      B + first * (tb ? ldb : 1),
      ldb,
      tb,
      C + first,
      ldc,
      row,
      accumulate,
    ];
  },
};

const gemmPacked: Rule = {
  touches: ([m, n, k, A, lda, packed, C, ldc, bias]) => [
    ...reads(A, extent(m, k, lda)),
    ...reads(packed, packedSize(n, k)),
    ...reads(bias, n),
    ...writes(C, extent(m, n, ldc)),
  ],
  units: ([m]) => m,
  part: moved(0, ([, , , , lda, , , ldc]) => ({ 3: lda, 6: ldc })),
};

/** Columns that are added up together. */
const STRIP = 16;

const columnSums: Rule = {
  touches: ([rows, n, X, ldx, out]) => [...reads(X, extent(rows, n, ldx)), ...writes(out, n)],
  units: ([, n]) => Math.ceil(n / STRIP),
  part([rows, n, X, ldx, out, accumulate], from, to) {
    const [first, end] = [from * STRIP, Math.min(to * STRIP, n)];
    return [rows, end - first, X + first, ldx, out + first, accumulate];
  },
};

/** All channels of a range whose first is argument `first`, and whose number is the next: a strip of them is one unit. */
const channelStrips = (first: number): Required<Pick<Rule, "units" | "part">> => ({
  units: (args) => Math.ceil(args[first + 1] / STRIP),
  part: (args, from, to) =>
    args.map((value, i) => {
      if (i === first) return value + from * STRIP;
      return i === first + 1 ? Math.min(to * STRIP, value) - from * STRIP : value;
    }),
});

type Volumes = { readonly x: number; readonly W: number; readonly y: number };

/** Elements of a convolution's tensors. */
const volumes = ([
  batch,
  channels,
  outChannels,
  groups,
  height,
  width,
  outHeight,
  outWidth,
  kh,
  kw,
]: Args): Volumes => ({
  x: batch * channels * height * width,
  W: ((outChannels * channels) / groups) * kh * kw,
  y: batch * outChannels * outHeight * outWidth,
});

/** A convolution by columns has one place for them. */
const isAlone = (sizes: Args): boolean => columnsOf(sizes as unknown as ConvSizes) > 0;

/** What a tensor of pooling consists of: whole planes, or what comes out of them. */
type Side = "plane" | "out";
type Sides = Readonly<Record<number, Side>>;

/** Pooling of so many planes as the first argument says; heights and widths of both sides are four arguments from `sizes` on. */
function pooling(sizes: number, read: Sides, written: Sides): Rule {
  const elements = (args: Args): Readonly<Record<Side, number>> => {
    const [height, width, outHeight, outWidth] = args.slice(sizes);
    return { plane: height * width, out: outHeight * outWidth };
  };
  const each = (sides: Sides, args: Args): readonly (readonly [argument: number, elements: number])[] => {
    const sizeOf = elements(args);
    return Object.entries(sides).map(([argument, side]) => [Number(argument), sizeOf[side]]);
  };
  return {
    touches: (args) => [
      ...each(read, args).flatMap(([i, size]) => reads(args[i], args[0] * size)),
      ...each(written, args).flatMap(([i, size]) => writes(args[i], args[0] * size)),
    ],
    units: ([planes]) => planes,
    part: moved(0, (args) => Object.fromEntries(each({ ...read, ...written }, args))),
  };
}

/** One row a kernel. */
export const rules: Readonly<Partial<Record<KernelName, Rule>>> = {
  gemm,
  gemmPacked,
  columnSums,
  pack: {
    touches: ([n, k, B, ldb, tb, to]) => [
      ...reads(B, tb ? extent(n, k, ldb) : extent(k, n, ldb)),
      ...writes(to, packedSize(n, k)),
    ],
  },

  add: elements(0, [1, 2], [3]),
  multiply: elements(0, [1, 2], [3]),
  fill: elements(0, [], [1]),
  activation: elements(1, [2], [3]),
  activationGrad: elements(1, [2, 3, 4], [5]),
  activationMoments: {
    touches: ([, n, x, y, , , xOut, yOut]) => [
      ...reads(x, n),
      ...writes(y, n),
      ...writesDoubles(xOut, MOMENTS.length),
      ...writesDoubles(yOut, MOMENTS.length),
    ],
  },
  activationGradSquares: {
    touches: ([, n, x, y, dy, dx, , , dyOut, dxOut]) => [
      ...reads(x, n),
      ...reads(y, n),
      ...reads(dy, n),
      ...writes(dx, n),
      ...writesDoubles(dyOut, 1),
      ...writesDoubles(dxOut, 1),
    ],
  },
  activationGradSums: {
    touches: ([, rows, n, x, y, dy, dx, , , dyOut, dxOut, out]) => [
      ...[x, y, dy].flatMap((at) => reads(at, rows * n)),
      ...writes(dx, rows * n),
      ...writesDoubles(dyOut, 1),
      ...writesDoubles(dxOut, 1),
      ...writes(out, n),
    ],
  },
  prelu: {
    touches: ([outer, channels, inner, x, y, slopes, shared]) => [
      ...reads(x, outer * channels * inner),
      ...reads(slopes, shared ? 1 : channels),
      ...writes(y, outer * channels * inner),
    ],
    units: ([outer]) => outer,
    part: moved(0, ([, channels, inner]) => ({ 3: channels * inner, 4: channels * inner })),
  },
  preluGrad: {
    touches: ([outer, channels, inner, x, dy, dx, slopes, dslopes, shared]) => [
      ...[x, dy].flatMap((at) => reads(at, outer * channels * inner)),
      ...reads(slopes, shared ? 1 : channels),
      ...writes(dx, outer * channels * inner),
      ...writes(dslopes, shared ? 1 : channels),
    ],
  },
  copyRows: {
    touches: ([rows, n, x, ldx, y, ldy]) => [
      ...reads(x, extent(rows, n, ldx)),
      ...writes(y, extent(rows, n, ldy)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldx, , ldy]) => ({ 2: ldx, 4: ldy })),
  },
  softmax: {
    touches: ([rows, n, x, y]) => [...reads(x, rows * n), ...writes(y, rows * n)],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n })),
  },
  softmaxGrad: {
    touches: ([rows, n, y, dy, dx]) => [
      ...reads(y, rows * n),
      ...reads(dy, rows * n),
      ...writes(dx, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n, 4: n })),
  },

  rnnCell: {
    touches: ([, rows, n, h, ldh]) => writes(h, extent(rows, n, ldh)),
    units: ([, rows]) => rows,
    part: moved(1, ([, , , , ldh]) => ({ 3: ldh })),
  },
  rnnCellGrad: {
    touches: ([, rows, n, h, ldh, dh, dz, ldz]) => [
      ...reads(h, extent(rows, n, ldh)),
      ...reads(dh, rows * n),
      ...writes(dz, extent(rows, n, ldz)),
    ],
    units: ([, rows]) => rows,
    part: moved(1, ([, , n, , ldh, , , ldz]) => ({ 3: ldh, 5: n, 6: ldz })),
  },
  lstmCell: {
    touches: ([rows, n, z, ldz, before, c, ldc, h, ldh]) => [
      ...writes(z, extent(rows, 4 * n, ldz)),
      ...reads(before, extent(rows, n, ldc)),
      ...writes(c, extent(rows, n, ldc)),
      ...writes(h, extent(rows, n, ldh)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldz, , , ldc, , ldh]) => ({ 2: ldz, 4: ldc, 5: ldc, 7: ldh })),
  },
  lstmCellGrad: {
    touches: ([rows, n, z, ldz, before, c, ldc, dh, dc]) => [
      ...writes(z, extent(rows, 4 * n, ldz)),
      ...reads(before, extent(rows, n, ldc)),
      ...reads(c, extent(rows, n, ldc)),
      ...reads(dh, rows * n),
      ...writes(dc, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n, , ldz, , , ldc]) => ({ 2: ldz, 4: ldc, 5: ldc, 7: n, 8: n })),
  },
  gruCell: {
    touches: ([rows, n, z, ldz, hidden, ldn, before, h, ldh]) => [
      ...writes(z, extent(rows, 3 * n, ldz)),
      ...reads(hidden, extent(rows, n, ldn)),
      ...reads(before, extent(rows, n, ldh)),
      ...writes(h, extent(rows, n, ldh)),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, , , ldz, , ldn, , , ldh]) => ({ 2: ldz, 4: ldn, 6: ldh, 7: ldh })),
  },
  gruCellGrad: {
    touches: ([rows, n, z, ldz, hidden, ldn, before, ldh, dh, direct]) => [
      ...writes(z, extent(rows, 3 * n, ldz)),
      ...writes(hidden, extent(rows, n, ldn)),
      ...reads(before, extent(rows, n, ldh)),
      ...reads(dh, rows * n),
      ...writes(direct, rows * n),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n, , ldz, , ldn, , ldh]) => ({ 2: ldz, 4: ldn, 6: ldh, 8: n, 9: n })),
  },

  conv2d: {
    touches: ([x, W, bias, y, columns, ...sizes]) => [
      ...reads(x, volumes(sizes).x),
      ...reads(W, volumes(sizes).W),
      ...reads(bias, sizes[2]),
      ...writes(y, volumes(sizes).y),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , , ...sizes]) => (isAlone(sizes) ? 1 : sizes[0]),
    part(args, from, to) {
      const [x, W, bias, y, columns, batch, ...sizes] = args;
      if (isAlone(args.slice(5))) return args;
      const each = volumes([1, ...sizes]);
      return [x + from * each.x, W, bias, y + from * each.y, columns, Math.min(batch, to - from), ...sizes];
    },
  },
  conv2dGradInput: {
    touches: ([dy, W, dx, columns, ...sizes]) => [
      ...reads(dy, volumes(sizes).y),
      ...reads(W, volumes(sizes).W),
      ...writes(dx, volumes(sizes).x),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , ...sizes]) => (isAlone(sizes) ? 1 : sizes[0]),
    part(args, from, to) {
      const [dy, W, dx, columns, batch, ...sizes] = args;
      if (isAlone(args.slice(4))) return args;
      const each = volumes([1, ...sizes]);
      return [dy + from * each.y, W, dx + from * each.x, columns, Math.min(batch, to - from), ...sizes];
    },
  },
  conv2dGradWeight: {
    touches: ([x, dy, dW, dbias, columns, first, count, ...sizes]) => [
      ...reads(x, volumes(sizes).x),
      ...reads(dy, volumes(sizes).y),
      ...(dW < 0
        ? []
        : writes(dW + (first * volumes(sizes).W) / sizes[2], (count * volumes(sizes).W) / sizes[2])),
      ...(dbias < 0 ? [] : writes(dbias + first, count)),
      ...writes(columns, columnsOf(sizes as unknown as ConvSizes)),
    ],
    units: ([, , , , , , count, ...sizes]) => (isAlone(sizes) ? 1 : count),
    part(args, from, to) {
      const [x, dy, dW, dbias, columns, first, , ...sizes] = args;
      return isAlone(sizes) ? args : [x, dy, dW, dbias, columns, first + from, to - from, ...sizes];
    },
  },
  maxPool2d: pooling(4, { 1: "plane" }, { 2: "out", 3: "out" }),
  maxPool2dGrad: pooling(4, { 1: "out", 2: "out" }, { 3: "plane" }),
  avgPool2d: pooling(4, { 2: "plane" }, { 3: "out" }),
  avgPool2dGrad: pooling(4, { 2: "out" }, { 3: "plane" }),
  adaptiveAvgPool2d: pooling(1, { 5: "plane" }, { 6: "out" }),
  adaptiveAvgPool2dGrad: pooling(1, { 5: "out" }, { 6: "plane" }),

  batchNorm: {
    touches: ([
      batch,
      channels,
      inner,
      x,
      y,
      weight,
      bias,
      mean,
      rstd,
      runningMean,
      runningVar,
      ,
      ,
      first,
      count,
    ]) => [
      ...reads(x, batch * channels * inner),
      ...writes(y, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(bias, channels),
      ...[mean, rstd, runningMean, runningVar].flatMap((at) => (at < 0 ? [] : writes(at + first, count))),
    ],
    ...channelStrips(13),
  },
  batchNormGrad: {
    touches: ([batch, channels, inner, x, dy, weight, mean, rstd, dx, dweight, dbias, first, count]) => [
      ...reads(x, batch * channels * inner),
      ...reads(dy, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(mean, channels),
      ...reads(rstd, channels),
      ...writes(dx, batch * channels * inner),
      ...[dweight, dbias].flatMap((at) => (at < 0 ? [] : writes(at + first, count))),
    ],
    ...channelStrips(11),
  },
  groupNorm: {
    touches: ([batch, groups, channels, inner, x, y, weight, bias, mean, rstd]) => [
      ...reads(x, batch * channels * inner),
      ...writes(y, batch * channels * inner),
      ...reads(weight, channels),
      ...reads(bias, channels),
      ...writes(mean, batch * groups),
      ...writes(rstd, batch * groups),
    ],
    units: ([batch]) => batch,
    part: moved(0, ([, groups, channels, inner]) => {
      const sample = channels * inner;
      return { 4: sample, 5: sample, 8: groups, 9: groups };
    }),
  },
  rmsNorm: {
    touches: ([rows, n, x, y, weight, rstd]) => [
      ...reads(x, rows * n),
      ...writes(y, rows * n),
      ...reads(weight, n),
      ...writes(rstd, rows),
    ],
    units: ([rows]) => rows,
    part: moved(0, ([, n]) => ({ 2: n, 3: n, 5: 1 })),
  },
  attention: {
    touches: ([batch, time, heads, width, qkv, out, probabilities, mask]) => [
      ...reads(qkv, batch * time * 3 * width),
      ...writes(out, batch * time * width),
      ...writes(probabilities, batch * heads * time * time),
      ...reads(mask, batch * heads * time * time),
    ],
    units: ([batch]) => batch,
    part: moved(0, ([, time, heads, width]) => {
      const pairs = heads * time * time;
      return { 4: time * 3 * width, 5: time * width, 6: pairs, 7: pairs };
    }),
  },
  attentionGrad: {
    touches: ([batch, time, heads, width, qkv, probabilities, mask, dout, dqkv, scratch]) => [
      ...reads(qkv, batch * time * 3 * width),
      ...reads(probabilities, batch * heads * time * time),
      ...reads(mask, batch * heads * time * time),
      ...reads(dout, batch * time * width),
      ...writes(dqkv, batch * time * 3 * width),
      ...writes(scratch, batch * time * time),
    ],
    units: ([batch]) => batch,
    part: moved(0, ([, time, heads, width]) => {
      const [packed, pairs] = [time * 3 * width, heads * time * time];
      return { 4: packed, 5: pairs, 6: pairs, 7: time * width, 8: packed, 9: time * time };
    }),
  },
  embedding: {
    // Where W ends is not said: what reads it is not beside what writes it.
    touches: ([n, width, ids, , y]) => [...reads(ids, n), ...writes(y, n * width)],
    units: ([n]) => n,
    part: moved(0, ([, width]) => ({ 2: 1, 4: width })),
  },
  embeddingGrad: {
    touches: ([n, width, rows, , ids, dy, dW]) => [
      ...reads(ids, n),
      ...reads(dy, n * width),
      ...writes(dW, rows * width),
    ],
  },

  moments: sums(MOMENTS.length),
  summary: sums(SUMMARY.length),
  sumSquares: sums(1),
  histogram: sums(HIST_BINS),
  outside: sums(1),
  deadUnits: {
    touches: ([outer, channels, inner, x, out]) => [
      ...reads(x, outer * channels * inner),
      ...writesDoubles(out, 1),
    ],
  },

  sgd: optimizer(4),
  adam: optimizer(6),
  rmsprop: optimizer(6),
  adagrad: optimizer(4),
};
