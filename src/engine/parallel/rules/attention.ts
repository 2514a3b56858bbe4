import type { AttentionKernels } from "../../kernels/attention.ts";
import { reads, writes } from "../touches.ts";
import { moved, type Rules } from "./rule.ts";

export const attention: Rules<keyof AttentionKernels> = {
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
};
