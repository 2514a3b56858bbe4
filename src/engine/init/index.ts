import { dirac, eye } from "./identity.ts";
import type { InitType } from "./init.ts";
import { kaiming_normal, kaiming_uniform } from "./kaiming.ts";
import { orthogonal } from "./orthogonal.ts";
import { constant, normal, ones, uniform, zeros } from "./plain.ts";
import { sparse } from "./sparse.ts";
import { trunc_normal } from "./truncNormal.ts";
import { xavier_normal, xavier_uniform } from "./xavier.ts";

const table = {
  xavier_uniform,
  xavier_normal,
  kaiming_uniform,
  kaiming_normal,
  orthogonal,
  normal,
  uniform,
  trunc_normal,
  constant,
  zeros,
  ones,
  eye,
  dirac,
  sparse,
} satisfies Record<string, InitType>;

export type InitName = keyof typeof table;

/** Every initialiser, by the name under which a model file asks for it. */
export const inits: Readonly<Record<InitName, InitType>> = table;

/** Other names of theirs. */
export const initAliases: Readonly<Record<string, InitName>> = {
  glorot_uniform: "xavier_uniform",
  glorot_normal: "xavier_normal",
  he_uniform: "kaiming_uniform",
  he_normal: "kaiming_normal",
};

/** Those that `bias_init` may name; like `init`, it may also say `default`. */
export const BIAS_INITS = [
  "zeros",
  "ones",
  "constant",
  "normal",
  "uniform",
] as const satisfies readonly InitName[];

const byName: ReadonlyMap<string, InitType> = new Map([
  ...Object.entries(inits),
  ...Object.entries(initAliases).map(([alias, name]): [string, InitType] => [alias, inits[name]]),
]);

/** Undefined when no initialiser has this name or alias. */
export const initNamed = (name: string): InitType | undefined => byName.get(name);

export { fans, type Fans } from "./fans.ts";
export { calculateGain, NONLINEARITIES, type Nonlinearity } from "./gain.ts";
export type { InitType } from "./init.ts";
export {
  attentionDefault,
  biasDefault,
  constantDefault,
  discardedDefault,
  embeddingDefault,
  onesDefault,
  recurrentDefault,
  weightDefault,
  zerosDefault,
} from "./defaults.ts";
