import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Backend, scalarBackend } from "../../../src/engine/runtime/backend.ts";
import { VARIANTS } from "../../../src/engine/kernels/convDescriptor.ts";
import type { Kernels } from "../../../src/engine/kernels/kernels.ts";
import { type ConvList, descriptorOf } from "../../support/convSizes.ts";
import { directions } from "../../support/random.ts";
import { wasmBackends } from "../../support/wasm.ts";

/** Sizes that are computed without columns, each for a path that the others do not take. */
const direct: Record<string, ConvList> = {
  "rows of whole vectors": [3, 5, 7, 1, 8, 8, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1],
  "rows that leave half a vector": [3, 4, 16, 1, 7, 14, 7, 14, 3, 3, 1, 1, 1, 1, 1, 1],
  "rows that leave one element": [2, 3, 32, 1, 5, 9, 5, 9, 3, 3, 1, 1, 1, 1, 1, 1],
  "rows that leave three elements": [2, 7, 13, 1, 6, 11, 6, 11, 3, 3, 1, 1, 1, 1, 1, 1],
  "panels of sixteen outputs and of eight": [2, 3, 25, 1, 5, 18, 5, 18, 3, 3, 1, 1, 1, 1, 1, 1],
  "one output": [2, 3, 1, 1, 9, 6, 9, 6, 3, 3, 1, 1, 1, 1, 1, 1],
  "two outputs from one input": [5, 1, 2, 1, 9, 7, 9, 7, 3, 3, 1, 1, 1, 1, 1, 1],
  "three outputs, a block of samples that is not full": [35, 2, 3, 1, 4, 4, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1],
  "5 × 5 without padding": [2, 6, 16, 1, 14, 14, 10, 10, 5, 5, 1, 1, 0, 0, 1, 1],
  "2 × 4 with more padding after than before": [2, 3, 5, 1, 6, 8, 6, 8, 2, 4, 1, 1, 0, 1, 1, 1],
  dilation: [2, 3, 4, 1, 10, 12, 10, 12, 3, 3, 1, 1, 2, 3, 2, 3],
  groups: [2, 12, 18, 3, 6, 7, 6, 7, 3, 3, 1, 1, 1, 1, 1, 1],
  depthwise: [2, 6, 6, 6, 6, 10, 6, 10, 3, 3, 1, 1, 1, 1, 1, 1],
  "padding wider than the kernel": [2, 2, 4, 1, 5, 6, 12, 11, 2, 2, 1, 1, 4, 3, 1, 1],
  sequences: [3, 5, 9, 1, 1, 37, 1, 37, 1, 5, 1, 1, 0, 2, 1, 1],
  "planes 4096 bytes apart": [1, 3, 4, 1, 30, 30, 30, 30, 3, 3, 1, 1, 1, 1, 1, 1],
  "as much scratch as there is": [1, 4, 2, 1, 300, 302, 300, 302, 7, 7, 1, 1, 3, 3, 1, 1],
};

/** Windows of 3 × 3 on enough channels. */
const winograd: Record<string, ConvList> = {
  "planes of an even size": [5, 16, 32, 1, 14, 14, 14, 14, 3, 3, 1, 1, 1, 1, 1, 1],
  "planes of an odd size": [3, 9, 11, 1, 7, 9, 7, 9, 3, 3, 1, 1, 1, 1, 1, 1],
  "planes narrower than four tiles": [70, 8, 13, 1, 4, 5, 4, 5, 3, 3, 1, 1, 1, 1, 1, 1],
  "no padding": [2, 10, 8, 1, 9, 12, 7, 10, 3, 3, 1, 1, 0, 0, 1, 1],
  "padding wider than the window": [2, 8, 8, 1, 5, 6, 11, 10, 3, 3, 1, 1, 4, 3, 1, 1],
  "groups of channels": [3, 16, 24, 2, 6, 7, 6, 7, 3, 3, 1, 1, 1, 1, 1, 1],
  "a scratch full of transforms": [1, 8, 8, 1, 90, 90, 90, 90, 3, 3, 1, 1, 1, 1, 1, 1],
};

/** Sizes that are computed from columns or from x as it is. */
const general: Record<string, ConvList> = {
  "stride 2": [2, 5, 9, 1, 9, 9, 5, 5, 3, 3, 2, 2, 1, 1, 1, 1],
  "groups with different strides": [3, 4, 6, 2, 7, 6, 4, 3, 3, 3, 2, 3, 1, 2, 1, 2],
  "a plane narrower than a vector": [3, 4, 6, 1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1],
  "1 × 1": [2, 9, 13, 1, 5, 7, 5, 7, 1, 1, 1, 1, 0, 0, 1, 1],
  "1 × 1 in groups, with stride": [2, 4, 6, 2, 5, 7, 3, 4, 1, 1, 2, 2, 0, 0, 1, 1],
  "parts of a row at a time": [2, 1, 2, 1, 1, 3000, 1, 1401, 1, 201, 1, 2, 0, 1, 1, 1],
  "some rows at a time": [1, 4, 2, 2, 119, 119, 60, 60, 11, 11, 2, 2, 5, 5, 1, 1],
  "columns longer than the room for them": [2, 65, 3, 1, 64, 66, 2, 2, 64, 64, 2, 2, 1, 0, 1, 1],
  "more weights than scratch": [1, 350, 350, 1, 4, 4, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1],
};

/** The tensors of a convolution one after the other, and the kernels over them. */
function convolution(backend: Backend, sizes: ConvList) {
  const [batch, channels, outChannels, groups, height, width, outHeight, outWidth, kh, kw] = sizes;
  const [xs, ys] = [batch * channels * height * width, batch * outChannels * outHeight * outWidth];
  const Ws = (outChannels * channels * kh * kw) / groups;
  let end = 0;
  const take = (size: number) => (end += size) - size;
  const [x, W, b, dy] = [xs, Ws, outChannels, ys].map(take);
  const given = end;
  const [y, dx, dW, db] = [ys, xs, Ws, outChannels].map(take);
  const results = { y: [y, dx], dx: [dx, dW], dW: [dW, db], db: [db, end] } as const;
  const conv = descriptorOf(sizes);
  const memory = backend.memory(end, 1);
  const direction = directions(3);
  for (let i = 0; i < given; i++) memory.floats[i] = direction();
  memory.floats.fill(NaN, given);
  const k: Kernels = backend.kernels(memory, () => 0);
  return {
    k,
    conv,
    batch,
    floats: memory.floats as Float32Array,
    results,
    x,
    W,
    b,
    dy,
    y,
    dx,
    dW,
    db,
  };
}

function run(backend: Backend, sizes: ConvList) {
  const c = convolution(backend, sizes);
  c.k.conv2d(c.conv, c.batch, c.x, c.W, c.b, c.y);
  c.k.conv2dGradInput(c.conv, c.batch, c.dy, c.W, c.dx);
  c.k.conv2dGradWeight(c.conv, c.batch, c.x, c.dy, c.dW, c.db, 0, sizes[2]);
  return c;
}

/** The same with the batch in two parts, and the output channels of dW in three. */
function runInParts(backend: Backend, sizes: ConvList) {
  const [batch, channels, outChannels, , height, width, outHeight, outWidth] = sizes;
  const c = convolution(backend, sizes);
  const half = Math.floor(batch / 2);
  for (const [from, n] of [
    [0, half],
    [half, batch - half],
  ]) {
    if (n === 0) continue;
    const [atX, atY] = [from * channels * height * width, from * outChannels * outHeight * outWidth];
    c.k.conv2d(c.conv, n, c.x + atX, c.W, c.b, c.y + atY);
    c.k.conv2dGradInput(c.conv, n, c.dy + atY, c.W, c.dx + atX);
  }
  const cuts = [0, Math.floor(outChannels / 3), Math.floor(outChannels / 2) + 1, outChannels];
  cuts.slice(1).forEach((end, i) => {
    const first = Math.min(cuts[i], outChannels);
    const count = Math.max(0, end - first);
    c.k.conv2dGradWeight(c.conv, batch, c.x, c.dy, c.dW, c.db, first, count);
  });
  return c;
}

/** Bound on the difference between sums of a few thousand products in f32 and in f64, relative to the greatest. */
const TOLERANCE = 2e-6;

for (const [variant, backend] of wasmBackends().entries()) {
  suite(`convolution in WebAssembly, build ${variant + 1}`, () => {
    for (const [name, sizes] of Object.entries({ ...direct, ...winograd, ...general })) {
      test(`${name}: what the scalar kernels give`, () => {
        assert.equal(
          VARIANTS[descriptorOf(sizes).variant],
          name in direct ? "direct" : name in winograd ? "winograd" : "im2col",
        );
        const [ours, theirs] = [run(backend, sizes), run(scalarBackend, sizes)];
        for (const [tensor, [from, to]] of Object.entries(ours.results)) {
          const expected = theirs.floats.subarray(from, to);
          const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          const error = ours.floats
            .subarray(from, to)
            .reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
          assert.ok(error <= TOLERANCE * scale, `${tensor}: ${error / scale}`);
        }
      });

      test(`${name}: the same bits, in however many parts`, () => {
        const [whole, parts] = [run(backend, sizes), runInParts(backend, sizes)];
        for (const [tensor, [from, to]] of Object.entries(whole.results)) {
          assert.deepEqual(parts.floats.subarray(from, to), whole.floats.subarray(from, to), tensor);
        }
      });
    }

    test("a NaN and an infinity come out wherever a tap takes them, and nowhere else", () => {
      const sizes = direct["rows that leave half a vector"];
      const [ours, theirs] = [convolution(backend, sizes), convolution(scalarBackend, sizes)].map((c) => {
        c.floats[c.x + 40] = NaN;
        c.floats[c.x + 90] = Infinity;
        c.k.conv2d(c.conv, c.batch, c.x, c.W, c.b, c.y);
        return Array.from(
          c.floats.subarray(...c.results.y),
          (value) => Number.isFinite(value) || String(value),
        );
      });
      assert.deepEqual(ours, theirs);
    });
  });
}
