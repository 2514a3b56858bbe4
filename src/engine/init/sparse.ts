import { t } from "../../l10n/translate.ts";
import { number } from "../params.ts";
import { show } from "../tensor.ts";
import { init } from "./init.ts";

export const sparse = init({
  doc:
    "`N(0, std²)` with `⌈sparsity·rows⌉` zeros in each column. " +
    "Martens 2010, *Deep learning via Hessian-free optimization*.",
  params: {
    sparsity: number("Share of each column that is zero.", { min: 0, max: 1 }),
    std: number("Standard deviation of the others.", { min: 0 }, 0.01),
  },
  refuses: (shape) =>
    shape.length === 2 ? undefined : t`sparse needs 2 dimensions, but the shape is ${show(shape)}`,

  fill(generator, out, [rows, columns], { sparsity, std }) {
    const zeros = Math.ceil(sparsity * rows);
    generator.normal(out, 0, std);
    for (let column = 0; column < columns; column++) {
      for (const row of generator.randperm(rows).subarray(0, zeros)) out[row * columns + column] = 0;
    }
  },
});
