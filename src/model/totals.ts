import type { WeightSpec } from "../engine/layers/layer.ts";
import type { Shape } from "../engine/tensor.ts";
import { sizeOf } from "../engine/tensor.ts";
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
  check(code: string, what: string, limit: number, report: Report): boolean {
    if (this.#sum <= limit || !this.#largest) return true;
    const { path, at, size } = this.#largest;
    const share = size === this.#sum ? "" : `, ${grouped(size)} of them in ${path}`;
    report({ code, at, message: `${what} ${grouped(this.#sum)}${share}, but at most ${grouped(limit)} are allowed` });
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

export function checkTotals({ parameters, activations }: Totals, batch: number, report: Report): boolean {
  const fits = parameters.check("limit.parameters", "the model's parameters are", LIMITS.parameters, report);
  const limit = Math.floor(LIMITS.activations / batch);
  const what = `with batches of ${grouped(batch)}, the outputs of all layers for one sample are`;
  return activations.check("limit.activations", `${what} numbers:`, limit, report) && fits;
}
