import { at, op } from "./op.ts";

/** y[…, width] = the rows of W[rows, width] that the ids […] name. The row `padding`, if there is one, has no gradient. */
export const embedding = op<{ readonly padding?: number }>({
  name: "embedding",
  shape: ([ids, W]) => [...ids, W[1]],
  forward: (k, { inputs: [ids, W], out }) => k.embedding(ids.size, W.shape[1], ids.at, W.at, out.at),
  backward(k, { inputs: [ids, W], dOut, dInputs: [, dW], attrs: { padding = -1 } }) {
    const [rows, width] = W.shape;
    k.embeddingGrad(ids.size, width, rows, padding, ids.at, dOut.at, at(dW));
  },
  neededForBackward: () => ({ inputs: [0], out: false }),
  samples: [
    {
      shapes: [
        [3, 4],
        [5, 2],
      ],
      attrs: {},
      ids: { input: 0, below: 5 },
    },
    { shapes: [[6], [3, 4]], attrs: {}, ids: { input: 0, below: 3 } },
  ],
});
