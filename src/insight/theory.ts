import type { DeclaredModel, DeclaredRow } from "../protocol/declaredModel.ts";
import { calculateGain, NONLINEARITIES, type Nonlinearity } from "../protocol/gain.ts";

/** What theory says of a layer's gain ‖Jᵀδ‖ / ‖δ‖ at random initial weights, in layers that are wide. */
export interface Expected {
  readonly gain: number;
  /** It is no more than that, and may be less. */
  readonly atMost?: true;
}

/**
 * What theory says of every row, at the first step; `undefined` where it says nothing. A matrix with independent entries of variance σ² gives
 * ‖Wᵀδ‖² = fan_in·σ²·‖δ‖² (Glorot & Bengio, AISTATS 2010, §4.2; He et al., ICCV 2015, §2.2); a ReLU lets half of it through; a sigmoid's
 * slope is at most ¼; tanh's depends on how large its arguments are, which is where they come to rest along depth (Poole et al., NeurIPS 2016, §3).
 */
export const theoreticalGains = ({ rows }: Pick<DeclaredModel, "rows">): readonly (Expected | undefined)[] =>
  rows.map((row, i) => {
    const weights = weightsOf(row);
    if (weights) return { gain: weights.std * Math.sqrt(weights.fan_in) };
    const before = rows.slice(0, i).findLast((one) => weightsOf(one));
    return ACTIVATIONS[row.type]?.(row, before && weightsOf(before));
  });

/** How far a gradient reaches along depth in a net of tanh layers: it falls by e every ξ layers; ∞ at the edge of chaos (Schoenholz et al., ICLR 2017, §5). */
export function depthScale({ rows }: Pick<DeclaredModel, "rows">): number {
  const at = rows.findLastIndex(({ type }) => type === "Tanh");
  const before = rows.slice(0, Math.max(0, at)).findLast((row) => weightsOf(row));
  const weights = before && weightsOf(before);
  if (!weights) return NaN;
  const chi = weights.std ** 2 * weights.fan_in * tanhSlope(weights) ** 2;
  return Math.abs(Math.log(chi)) < EDGE ? Infinity : 2 / Math.abs(Math.log(chi)); // of the norm: half of its square's exponent
}

const EDGE = 1e-3;

interface Weights {
  readonly fan_in: number;
  /** Standard deviations of the elements. */
  readonly std: number;
  readonly biasStd: number;
}

type Theory = (row: DeclaredRow, weights: Weights | undefined) => Expected | undefined;

const slope = (row: DeclaredRow, fallback: number): number => {
  const value = row.params["negative_slope"];
  return typeof value === "number" ? value : fallback;
};

const ACTIVATIONS: Readonly<Record<string, Theory>> = {
  ReLU: () => ({ gain: Math.SQRT1_2 }),
  LeakyReLU: (row) => ({ gain: Math.sqrt((1 + slope(row, 0.01) ** 2) / 2) }),
  Sigmoid: () => ({ gain: 0.25, atMost: true }),
  Tanh: (_, weights) => (weights ? { gain: tanhSlope(weights) } : { gain: 1, atMost: true }),
  Identity: () => ({ gain: 1 }),
};

/** Of a Linear whose elements are drawn independently around 0. */
function weightsOf({ type, init, bias_init, params, input, output }: DeclaredRow): Weights | undefined {
  if (type !== "Linear") return undefined;
  const [fan_in, fan_out] = [input.at(-1) ?? NaN, output.at(-1) ?? NaN];
  const std = init ? STDS[init.type]?.(init.params, { fan_in, fan_out }) : 1 / Math.sqrt(3 * fan_in);
  const hasBias = params["bias"] !== false && (!bias_init || bias_init.type !== "zeros");
  return std === undefined ? undefined : { fan_in, std, biasStd: hasBias ? 1 / Math.sqrt(3 * fan_in) : 0 };
}

interface Fans {
  readonly fan_in: number;
  readonly fan_out: number;
}

type Std = (params: Readonly<Record<string, unknown>>, fans: Fans) => number;

const number = (value: unknown, fallback: number): number => (typeof value === "number" ? value : fallback);

const isNonlinearity = (value: unknown): value is Nonlinearity => NONLINEARITIES.some((one) => one === value);

const xavier: Std = ({ gain }, { fan_in, fan_out }) =>
  (isNonlinearity(gain) ? calculateGain(gain) : number(gain, 1)) * Math.sqrt(2 / (fan_in + fan_out));

const kaiming: Std = ({ nonlinearity, a, mode }, { fan_in, fan_out }) =>
  calculateGain(isNonlinearity(nonlinearity) ? nonlinearity : "leaky_relu", number(a, 0)) /
  Math.sqrt(mode === "fan_out" ? fan_out : fan_in);

const STDS: Readonly<Record<string, Std>> = {
  xavier_uniform: xavier,
  xavier_normal: xavier,
  kaiming_uniform: kaiming,
  kaiming_normal: kaiming,
  normal: ({ mean, std }) => (number(mean, 0) === 0 ? number(std, 1) : NaN),
};

/** √E[tanh′(√q z)²] with z normal and q the variance at which the arguments come to rest: q = σ_w²·E[tanh(√q z)²] + σ_b². */
function tanhSlope({ fan_in, std, biasStd }: Weights): number {
  const variance = fan_in * std ** 2;
  let q = 1;
  for (let i = 0; i < TURNS; i++) q = variance * mean((z) => Math.tanh(Math.sqrt(q) * z) ** 2) + biasStd ** 2;
  return Math.sqrt(mean((z) => (1 - Math.tanh(Math.sqrt(q) * z) ** 2) ** 2));
}

/** Turns in which q comes to rest; near the edge of chaos it takes long. */
const TURNS = 200;

/** Points of the sum that stands for the integral, and how many deviations it reaches. */
const [POINTS, REACH] = [200, 6] as const;

/** E[f(z)] of a normal z; the trapezoidal sum of a function that falls off so fast is exact to many digits. */
function mean(f: (z: number) => number): number {
  let [sum, weight] = [0, 0];
  for (let i = 0; i <= POINTS; i++) {
    const z = REACH * ((2 * i) / POINTS - 1);
    const density = Math.exp((-z * z) / 2);
    sum += density * f(z);
    weight += density;
  }
  return sum / weight;
}
