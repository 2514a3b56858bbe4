import type { Declared, JsonSchema, Param } from "../../src/engine/params.ts";
import { standard } from "../../src/model/tables.ts";

/** A model whose every field is plain but for one number. */
export interface NumericOption {
  /** `optimizers.Adam.betas = [0,0.9]` */
  readonly name: string;
  readonly model: object;
  /** The number, as an argument of a call of PyTorch; absent: a field of the model's own. */
  readonly argument?: {
    readonly name: string;
    readonly value: unknown;
    readonly isFloat: boolean;
    readonly fallback: unknown;
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Where a layer stands, and what it needs beside its defaults. */
const PLACES: Readonly<Record<string, { readonly input: readonly number[]; readonly params?: Fields }>> = {
  Linear: { input: [4], params: { out_features: 3 } },
  Conv1d: { input: [4, 6], params: { out_channels: 4, kernel_size: 2 } },
  Conv2d: { input: [4, 6, 6], params: { out_channels: 4, kernel_size: 2 } },
  Embedding: { input: [4], params: { num_embeddings: 3, embedding_dim: 2 } },
  RNN: { input: [5, 3], params: { hidden_size: 4, num_layers: 2 } },
  LSTM: { input: [5, 3], params: { hidden_size: 4, num_layers: 2 } },
  GRU: { input: [5, 3], params: { hidden_size: 4, num_layers: 2 } },
  MultiheadAttention: { input: [5, 4], params: { num_heads: 2 } },
  TransformerEncoderLayer: { input: [5, 4], params: { nhead: 2, dim_feedforward: 8 } },
  BatchNorm1d: { input: [4] },
  BatchNorm2d: { input: [4, 3, 3] },
  LayerNorm: { input: [4] },
  RMSNorm: { input: [4] },
  GroupNorm: { input: [4, 3, 3], params: { num_groups: 2 } },
  InstanceNorm2d: { input: [4, 3, 3] },
  MaxPool1d: { input: [4, 6], params: { kernel_size: 2 } },
  MaxPool2d: { input: [4, 6, 6], params: { kernel_size: 2 } },
  AvgPool1d: { input: [4, 6], params: { kernel_size: 2 } },
  AvgPool2d: { input: [4, 6, 6], params: { kernel_size: 2 } },
  AdaptiveAvgPool2d: { input: [4, 6, 6], params: { output_size: 2 } },
  Flatten: { input: [4, 6] },
  Unflatten: { input: [4], params: { dim: 1, unflattened_size: [2, 2] } },
};

/** What rows of the other tables need beside their defaults. */
const NEEDED: Readonly<Record<string, Fields>> = {
  SGD: { momentum: 0.5 },
  RMSprop: { momentum: 0.5 },
  StepLR: { step_size: 1 },
  ExponentialLR: { gamma: 0.5 },
  CosineAnnealingLR: { T_max: 2 },
  OneCycleLR: { max_lr: 0.1 },
  constant: { val: 0.5 },
  sparse: { sparsity: 0.5 },
};

const plain = {
  input: [4],
  layers: [{ type: "Linear", out_features: 2 }],
  loss: "MSELoss",
  data: { type: "gaussian", samples: 8 },
  train: { steps: 3, batch_size: 4, seed: 1 },
};

const withLayer = (type: string, params: Fields): object => {
  const place = PLACES[type] ?? { input: [4] };
  const layer = { type, ...place.params, ...params };
  const output = [{ type: "Flatten" }, { type: "Linear", out_features: 1 }];
  return { ...plain, input: place.input, layers: [layer, ...output] };
};

const ofLoss = (type: string, params: Fields): object => ({ ...plain, loss: { type, ...params } });

const ofOptimizer = (type: string, params: Fields): object => ({
  ...plain,
  optimizer: { type, ...NEEDED[type], ...params },
});

const ofScheduler = (type: string, params: Fields): object => ({
  ...plain,
  optimizer: { type: "SGD", lr: 0.1, momentum: 0.5 },
  lr_scheduler: { type, ...NEEDED[type], ...params },
});

const ofInit = (type: string, params: Fields): object => {
  const conv = { type: "Conv1d", out_channels: 4, kernel_size: 2 };
  const linear = { type: "Linear", out_features: 2 };
  const output = [{ type: "Flatten" }, { type: "Linear", out_features: 1 }];
  const first = { ...(type === "dirac" ? conv : linear), init: { type, ...NEEDED[type], ...params } };
  return { ...plain, input: [4, 6], layers: [first, ...output] };
};

const GROUPS: Readonly<Record<string, (type: string, params: Fields) => object>> = {
  layers: withLayer,
  losses: ofLoss,
  optimizers: ofOptimizer,
  schedulers: ofScheduler,
  inits: ofInit,
};

/** The largest number of single precision. */
const MOST_F32 = (2 - 2 ** -23) * 2 ** 127;

/** Whole numbers, and what lies at the ends of what a double, an f32 or any bound lets through. */
const FLOATS = [
  ...[0, 1, -1, 2, -2, 20],
  ...[Number.MIN_VALUE, 1e-45, 1e-38, 1e-12, 0.5, 1 - 2 ** -53, 1 + 2 ** -52],
  ...[1e19, 1e20, MOST_F32, 1e39, Number.MAX_VALUE].flatMap((x) => [x, -x]),
];
const INTEGERS = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];

/** Values of a param that are to be tried, whether it takes them or not; none where it is no number. */
function valuesOf(schema: JsonSchema): readonly unknown[] {
  if (Array.isArray(schema["anyOf"]) && !schema["type"]) {
    return (schema["anyOf"] as readonly JsonSchema[]).flatMap(valuesOf);
  }
  if (schema["type"] === "number") return FLOATS;
  if (schema["type"] === "integer") return INTEGERS;
  if (schema["type"] !== "array") return [];
  const length = Number(schema["maxItems"] ?? 1);
  return valuesOf(schema["items"] as JsonSchema).map((value) => Array<unknown>(length).fill(value));
}

/** Whether a param's numbers are floats: by its schema, which says so for people. */
function takesFloats({ type, anyOf, items }: JsonSchema): boolean {
  if (Array.isArray(anyOf)) return (anyOf as readonly JsonSchema[]).some(takesFloats);
  return type === "array" ? takesFloats(items as JsonSchema) : type === "number";
}

const paramsOf = (group: string): readonly (readonly [type: string, name: string, param: Param<unknown>])[] =>
  Object.entries(standard[group as "layers"] as Readonly<Record<string, Declared>>).flatMap(
    ([type, { params }]) =>
      Object.entries(params).map(([name, param]) => [type, name, param as Param<unknown>] as const),
  );

/** Betas are a pair: each is tried at each end while the other is plain. */
const BETAS = [
  [0, 0.9],
  [0.9, 0],
  [0, 0],
  [1 - 2 ** -53, 0.5],
  [0.5, 1 - 2 ** -53],
  [1, 0.9],
  [0.9, 1],
  [-1, 0.9],
];

const nameOf = (what: string, value: unknown): string => `${what} = ${JSON.stringify(value)}`;

/** Numbers that belong to no row of a table. */
const CLIPPING: Readonly<Record<string, (value: number) => Fields>> = {
  max_norm: (max_norm) => ({ clip_grad_norm: { max_norm } }),
  norm_type: (norm_type) => ({ clip_grad_norm: { max_norm: 1, norm_type } }),
  clip_grad_value: (clip_grad_value) => ({ clip_grad_value }),
};

/** Every number that a model file can give PyTorch, with every value that is to be tried. */
export const numericOptions: readonly NumericOption[] = [
  ...Object.entries(GROUPS).flatMap(([group, modelOf]) =>
    paramsOf(group).flatMap(([type, param, { schema, fallback }]) =>
      [...valuesOf(schema), ...(param === "betas" ? BETAS : [])].map((value) => ({
        name: nameOf(`${group}.${type}.${param}`, value),
        model: modelOf(type, { [param]: value }),
        argument: { name: param, value, isFloat: takesFloats(schema), fallback },
      })),
    ),
  ),
  ...Object.entries(CLIPPING).flatMap(([field, fieldsOf]) =>
    FLOATS.map((value) => ({ name: nameOf(field, value), model: { ...plain, ...fieldsOf(value) } })),
  ),
];
