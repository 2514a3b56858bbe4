export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(1 + eˣ), without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
