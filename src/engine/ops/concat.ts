import { t } from "../../l10n/translate.ts";
import { type Shape, ShapeError, show, sizeOf } from "../tensor.ts";
import { op } from "./op.ts";

const widthOf = (shape: Shape): number => shape[shape.length - 1];

/** The tensors one after the other along the last dimension. */
export const concat = op<null>({
  name: "concat",
  shape(inputs) {
    const [first, ...others] = inputs;
    const odd = others.find((other) => show(other.slice(0, -1)) !== show(first.slice(0, -1)));
    if (odd) throw new ShapeError(t`cannot put ${show(odd)} beside ${show(first)}`);
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
  neededForBackward: () => ({ inputs: [], out: false }),
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
