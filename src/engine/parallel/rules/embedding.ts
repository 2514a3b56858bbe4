import type { EmbeddingKernels } from "../../kernels/embedding.ts";
import { reads, writes } from "../touches.ts";
import { moved, type Rules } from "./rule.ts";

export const embedding: Rules<keyof EmbeddingKernels> = {
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
};
