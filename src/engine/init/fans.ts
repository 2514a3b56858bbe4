import { t } from "../../l10n/translate.ts";
import { show, sizeOf, type Shape } from "../tensor.ts";

/** How many inputs a unit sums (`fan_in`), and into how many units an input goes (`fan_out`). */
export interface Fans {
  readonly fan_in: number;
  readonly fan_out: number;
}

/** Of a weight [out, in, …kernel], which has at least 2 dimensions. */
export function fans([units, inputs, ...kernel]: Shape): Fans {
  const field = sizeOf(kernel);
  return { fan_in: inputs * field, fan_out: units * field };
}

export const refusesWithoutFans = (shape: Shape): string | undefined =>
  shape.length < 2
    ? t`fan_in and fan_out need at least 2 dimensions, but the shape is ${show(shape)}`
    : undefined;
