import { type Shape, ShapeError, show, sizeOf } from "../tensor.ts";
import { op } from "./op.ts";

/** y[batch, …] = x[batch, steps, …] at one step. */
export const select = op<{ readonly step: number }>({
  name: "select",
  shape(inputs, { step }) {
    const [x] = inputs;
    if (x.length < 2 || step < 0 || step >= x[1]) throw new ShapeError(`${show(x)} has no step ${step}`);
    return [x[0], ...x.slice(2)];
  },
  forward(k, { inputs: [x], out, attrs: { step } }) {
    const [batch, steps] = x.shape;
    const n = out.size / batch;
    k.copyRows(batch, n, x.at + step * n, steps * n, out.at, n);
  },
  backward(k, { inputs: [x], dOut, dInputs: [dx], attrs: { step } }) {
    if (!dx) return;
    const [batch, steps] = x.shape;
    const n = dOut.size / batch;
    k.fill(dx.size, dx.at, 0);
    k.copyRows(batch, n, dOut.at, n, dx.at + step * n, steps * n);
  },
  reads: () => ({ inputs: [], out: false }),
  samples: [
    { shapes: [[3, 4, 5]], attrs: { step: 0 } },
    { shapes: [[2, 3]], attrs: { step: 0 } },
  ],
});

const widthOf = (shape: Shape): number => shape[shape.length - 1];

/** The tensors one after the other along the last dimension. */
export const concat = op<null>({
  name: "concat",
  shape(inputs) {
    const [first, ...others] = inputs;
    const odd = others.find((other) => show(other.slice(0, -1)) !== show(first.slice(0, -1)));
    if (odd) throw new ShapeError(`cannot put ${show(odd)} beside ${show(first)}`);
    return [...first.slice(0, -1), inputs.reduce((sum, shape) => sum + widthOf(shape), 0)];
  },
  forward(k, { inputs, out }) {
    const total = widthOf(out.shape);
    let to = out.at;
    for (const { at, shape } of inputs) {
      const n = widthOf(shape);
      k.copyRows(sizeOf(shape) / n, n, at, n, to, total);
      to += n;
    }
  },
  backward(k, { inputs, dOut, dInputs }) {
    const total = widthOf(dOut.shape);
    let from = dOut.at;
    inputs.forEach(({ shape }, i) => {
      const n = widthOf(shape);
      const dx = dInputs[i];
      if (dx) k.copyRows(sizeOf(shape) / n, n, from, total, dx.at, n);
      from += n;
    });
  },
  reads: () => ({ inputs: [], out: false }),
  samples: [
    {
      shapes: [
        [3, 5],
        [3, 2],
      ],
      attrs: null,
    },
    {
      shapes: [
        [2, 3, 1],
        [2, 3, 4],
        [2, 3, 3],
      ],
      attrs: null,
    },
  ],
});
