import { suite, test } from "node:test";
import { scalar } from "../../../src/engine/kernels/scalar.ts";
import { type ConvList, descriptorOf } from "../../support/convSizes.ts";
import { assertClose } from "../../support/golden.ts";
import { directions } from "../../support/random.ts";

/** The convolution written out: every product of an element of x with one of W, and the element of y that it goes to. */
function eachProduct(sizes: ConvList, visit: (x: number, W: number, y: number) => void): void {
  const [batch, channels, outChannels, groups, height, width, outHeight, outWidth, kh, kw, ...rest] = sizes;
  const [sy, sx, padY, padX, dilationY, dilationX] = rest;
  const [ins, outs] = [channels / groups, outChannels / groups];
  for (let i = 0; i < batch * outChannels * outHeight * outWidth; i++) {
    const [column, row] = [i % outWidth, Math.floor(i / outWidth) % outHeight];
    const plane = Math.floor(i / outWidth / outHeight);
    const [b, o] = [Math.floor(plane / outChannels), plane % outChannels];
    for (let j = 0; j < ins * kh * kw; j++) {
      const x = column * sx - padX + (j % kw) * dilationX;
      const y = row * sy - padY + (Math.floor(j / kw) % kh) * dilationY;
      const c = Math.floor(o / outs) * ins + Math.floor(j / kw / kh);
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      visit(((b * channels + c) * height + y) * width + x, o * ins * kh * kw + j, i);
    }
  }
}

suite("a convolution is the sum of all products", () => {
  const cases: Record<string, ConvList> = {
    "a sequence": [2, 1, 2, 1, 1, 300, 1, 141, 1, 21, 1, 2, 0, 1, 1, 1],
    "strides, padding and dilation": [2, 3, 2, 1, 11, 9, 4, 5, 3, 2, 3, 2, 1, 1, 2, 1],
    groups: [2, 4, 6, 2, 6, 7, 6, 7, 5, 3, 1, 1, 2, 1, 1, 1],
  };
  for (const [name, sizes] of Object.entries(cases)) {
    test(name, () => {
      const [batch, channels, outChannels, groups, height, width, outHeight, outWidth, kh, kw] = sizes;
      const [xs, Ws, ys] = [
        batch * channels * height * width,
        (outChannels * channels * kh * kw) / groups,
        batch * outChannels * outHeight * outWidth,
      ];
      const floats = new Float64Array(2 * (xs + Ws + ys));
      const [x, W, y] = [0, xs, xs + Ws];
      const [dx, dW, dy] = [x, W, y].map((at) => at + xs + Ws + ys);
      const direction = directions(1);
      for (let i = 0; i < floats.length; i++) floats[i] = direction();
      const given = floats.slice();
      const [outs, dxs, dWs] = [new Float64Array(ys), new Float64Array(xs), new Float64Array(Ws)];
      eachProduct(sizes, (i, j, o) => {
        outs[o] += given[x + i] * given[W + j];
        dxs[i] += given[dy + o] * given[W + j];
        dWs[j] += given[dy + o] * given[x + i];
      });

      const k = scalar({ floats, doubles: new Float64Array(0) }, () => 0);
      const conv = descriptorOf(sizes);
      k.conv2d(conv, batch, x, W, -1, y);
      k.conv2dGradInput(conv, batch, dy, W, dx);
      k.conv2dGradWeight(conv, batch, x, dy, dW, -1, 0, outChannels);
      assertClose(floats.slice(y, y + ys), Array.from(outs), "y");
      assertClose(floats.slice(dx, dx + xs), Array.from(dxs), "dx");
      assertClose(floats.slice(dW, dW + Ws), Array.from(dWs), "dW");
    });
  }
});
