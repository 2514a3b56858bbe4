import type { KernelName } from "../../kernels/kernels.ts";
import { activations } from "./activations.ts";
import { attention } from "./attention.ts";
import { conv } from "./conv.ts";
import { elementwise } from "./elementwise.ts";
import { embedding } from "./embedding.ts";
import { matrix } from "./matrix.ts";
import { norms } from "./norms.ts";
import { optimizers } from "./optimizers.ts";
import { pooling } from "./pooling.ts";
import { recurrent } from "./recurrent.ts";
import { statistics } from "./statistics.ts";
import type { Rules } from "./rule.ts";

/** The rules of all kernels that have one. */
export const rules: Rules<KernelName> = {
  ...activations,
  ...attention,
  ...conv,
  ...elementwise,
  ...embedding,
  ...matrix,
  ...norms,
  ...optimizers,
  ...pooling,
  ...recurrent,
  ...statistics,
};
