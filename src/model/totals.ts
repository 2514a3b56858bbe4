import type { WeightSpec } from "../engine/layers/layer.ts";
import type { Shape } from "../engine/tensor.ts";
import { sizeOf } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Place } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { grouped } from "./names.ts";
import type { Report } from "./report.ts";

interface Largest {
  readonly path: string;
  readonly at: Place;
  readonly size: number;
}

/** Sums up what the layers of a model ask for, and remembers which asks for the most. */
export class Total {
  #sum = 0;
  #largest: Largest | undefined;

  get sum(): number {
    return this.#sum;
  }

  add(path: string, at: Place, size: number): void {
    this.#sum += size;
    if (!this.#largest || size > this.#largest.size) this.#largest = { path, at, size };
  }

  /** Whether it is within the limit; otherwise reported at the largest layer. */
  check(
    code: string,
    limit: number,
    report: Report,
    message: (sum: string, limit: string) => string,
  ): boolean {
    if (this.#sum <= limit || !this.#largest) return true;
    const { path, at, size } = this.#largest;
    const share = size === this.#sum ? "" : t` (${grouped(size)} of them in ${layerName(path)})`;
    report({ code, at, message: message(grouped(this.#sum) + share, grouped(Math.floor(limit))) });
    return false;
  }
}

export interface Totals {
  readonly parameters: Total;
  /** Elements of the outputs for one sample. */
  readonly activations: Total;
}

export const trainableSize = (weights: readonly WeightSpec[]): number =>
  weights.reduce((sum, { role, shape }) => (role === "buffer" ? sum : sum + sizeOf(shape)), 0);

export function countLayer(
  totals: Totals,
  path: string,
  at: Place,
  weights: readonly WeightSpec[],
  output: Shape,
): void {
  totals.parameters.add(path, at, trainableSize(weights));
  totals.activations.add(path, at, sizeOf(output));
}

/** Whether a model is small enough to allocate; otherwise reported. */
export function checkTotals({ parameters, activations }: Totals, batch: number, report: Report): boolean {
  const few = parameters.check("limit.parameters", LIMITS.parameters, report, (sum, limit) => {
    return t`the model's trainable values are ${sum}, but at most ${limit} are allowed`;
  });
  const small = activations.check("limit.activations", LIMITS.activations / batch, report, (sum, limit) => {
    return t`for one sample the layers give ${sum} numbers, but with batches of ${batch} at most ${limit} are allowed`;
  });
  return few && small;
}
