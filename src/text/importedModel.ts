import { t } from "../l10n/translate.ts";
import type { Arguments, LayerInfo, RunInfo } from "../protocol/run.ts";

type Shape = readonly number[];
type Fields = Readonly<Record<string, unknown>>;

/** A model file that was made of a run's layers. */
export interface ImportedModel {
  readonly text: string;
  /** Paths of the layers that are not in it, with their types. */
  readonly left: readonly string[];
  /** Paths of the layers of which the run does not say what they were made with: their shapes suggest it. */
  readonly guessed: readonly string[];
}

/** What goes into a layer, and what follows it, as far as the run tells. */
interface Around {
  readonly input: Shape | undefined;
  readonly next: LayerInfo | undefined;
}

const shapeOf = ({ parameters }: LayerInfo, name: string): Shape =>
  parameters.find((parameter) => parameter.name === name)?.shape ?? [];

const has = (layer: LayerInfo, name: string): boolean => shapeOf(layer, name).length > 0;

const withoutBias = (layer: LayerInfo): Fields => (has(layer, "bias") ? {} : { bias: false });

/** One number where all are the same. */
const size = (sizes: Shape): unknown => (new Set(sizes).size === 1 ? sizes[0] : sizes);

/** The least stride, and then the padding nearest to "same", that make `output` of `input`. */
function strideOf(input: number, kernel: number, output: number): { stride: number; padding: number } {
  const paddings = Array.from({ length: kernel }, (_, i) => i);
  const same = (kernel - 1) / 2;
  paddings.sort((a, b) => Math.abs(a - same) - Math.abs(b - same));
  for (let stride = 1; stride <= kernel + 2; stride++) {
    const padding = paddings.find((p) => Math.floor((input + 2 * p - kernel) / stride) + 1 === output);
    if (padding !== undefined) return { stride, padding };
  }
  return { stride: 1, padding: 0 };
}

function convolution(layer: LayerInfo, { input }: Around): Fields {
  const [out_channels, perGroup = 1, ...kernel] = shapeOf(layer, "weight");
  const output = layer.output_shape.slice(1);
  const ways = kernel.map((one, i) => strideOf(input?.[i + 1] ?? output[i] ?? one, one, output[i] ?? 1));
  const [stride, padding] = [size(ways.map((way) => way.stride)), size(ways.map((way) => way.padding))];
  const groups = (input?.[0] ?? perGroup) / perGroup;
  return {
    ...{ out_channels, kernel_size: size(kernel) },
    ...(stride !== 1 && { stride }),
    ...(padding !== 0 && { padding }),
    ...(groups > 1 && { groups }),
    ...withoutBias(layer),
  };
}

/** A window as large as its stride, as pooling is used most. */
function pooling({ output_shape }: LayerInfo, { input = output_shape }: Around): Fields {
  const windows = output_shape.slice(1).map((n, i) => Math.max(1, Math.floor((input[i + 1] ?? n) / n)));
  return { kernel_size: size(windows) };
}

function recurrent(layer: LayerInfo): Fields {
  const names = layer.parameters.map(({ name }) => name);
  const num_layers = names.filter((name) => /^weight_hh_l\d+$/.test(name)).length;
  return {
    hidden_size: shapeOf(layer, "weight_hh_l0")[1],
    ...(num_layers > 1 && { num_layers }),
    ...(!has(layer, "bias_hh_l0") && { bias: false }),
    ...(has(layer, "weight_hh_l0_reverse") && { bidirectional: true }),
  };
}

/** Whether all of a sequence goes on is said by what follows. */
const sequence = (_: LayerInfo, { next }: Around): Fields =>
  (next?.output_shape.length ?? 0) > 1 ? { output: "sequence" } : {};

const norm = (layer: LayerInfo): Fields => (has(layer, "weight") ? {} : { affine: false });
const normalized = (layer: LayerInfo): Fields => ({ normalized_shape: shapeOf(layer, "weight") });

interface Kind {
  /** What a model file says of such a layer, by the names of PyTorch's arguments. */
  readonly takes: readonly string[];
  /** Where the run does not say what the layer was made with: what the shapes of its parameters and outputs suggest. */
  readonly guess: ((layer: LayerInfo, around: Around) => Fields) | undefined;
  /** What is no argument. */
  readonly more: (layer: LayerInfo, around: Around) => Fields;
}

const nothing = (): Fields => ({});

const kind = (
  takes: readonly string[],
  guess: Kind["guess"] = nothing,
  more: Kind["more"] = nothing,
): Kind => ({
  takes,
  guess,
  more,
});
const unguessable = (takes: readonly string[]): Kind => ({ ...kind(takes), guess: undefined });

const CONVOLUTION = kind(
  ["out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode"],
  convolution,
);
const MAX_POOLING = kind(["kernel_size", "stride", "padding", "dilation", "ceil_mode"], pooling);
const AVG_POOLING = kind(
  ["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
  pooling,
);
const RECURRENT = kind(
  ["hidden_size", "num_layers", "bias", "dropout", "bidirectional", "nonlinearity"],
  recurrent,
  sequence,
);
const BATCH_NORM = kind(["eps", "momentum", "affine", "track_running_stats"], norm);
const PLAIN = kind([]);

const KINDS: Readonly<Record<string, Kind>> = {
  Linear: kind(["out_features", "bias"], (layer) => ({
    out_features: shapeOf(layer, "weight")[0],
    ...withoutBias(layer),
  })),
  Conv1d: CONVOLUTION,
  Conv2d: CONVOLUTION,
  MaxPool1d: MAX_POOLING,
  MaxPool2d: MAX_POOLING,
  AvgPool1d: AVG_POOLING,
  AvgPool2d: AVG_POOLING,
  AdaptiveAvgPool2d: kind(["output_size"], ({ output_shape }) => ({ output_size: output_shape.slice(1) })),
  RNN: RECURRENT,
  LSTM: RECURRENT,
  GRU: RECURRENT,
  Embedding: kind(["num_embeddings", "embedding_dim", "padding_idx"], (layer) => {
    const [num_embeddings, embedding_dim] = shapeOf(layer, "weight");
    return { num_embeddings, embedding_dim };
  }),
  MultiheadAttention: unguessable(["num_heads", "dropout", "bias"]),
  TransformerEncoderLayer: unguessable([
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "norm_first",
    "bias",
  ]),
  BatchNorm1d: BATCH_NORM,
  BatchNorm2d: BATCH_NORM,
  LayerNorm: kind(["normalized_shape", "eps", "elementwise_affine", "bias"], normalized),
  RMSNorm: kind(["normalized_shape", "eps", "elementwise_affine"], normalized),
  GroupNorm: unguessable(["num_groups", "eps", "affine"]),
  InstanceNorm2d: kind(["eps", "affine"], (layer) => (has(layer, "weight") ? { affine: true } : {})),
  ReLU: PLAIN,
  ReLU6: PLAIN,
  LeakyReLU: kind(["negative_slope"]),
  ELU: kind(["alpha"]),
  CELU: kind(["alpha"]),
  SELU: PLAIN,
  GELU: kind(["approximate"]),
  SiLU: PLAIN,
  Mish: PLAIN,
  Hardswish: PLAIN,
  Hardsigmoid: PLAIN,
  Sigmoid: PLAIN,
  Tanh: PLAIN,
  Softplus: kind(["beta", "threshold"]),
  Softsign: PLAIN,
  Hardtanh: kind(["min_val", "max_val"]),
  LogSigmoid: PLAIN,
  PReLU: kind(["num_parameters", "init"]),
  Softmax: kind(["dim"]),
  Dropout: kind(["p"]),
  Flatten: kind(["start_dim", "end_dim"]),
  Unflatten: unguessable(["dim", "unflattened_size"]),
};

/** What shapes tell as well as the arguments do. */
const CERTAIN: ReadonlySet<string> = new Set(["Linear", "Embedding"]);
/** Of these a number stands for a list of the same. */
const SIZES: ReadonlySet<string> = new Set(["kernel_size", "stride", "padding", "dilation", "output_size"]);

const taken = (from: Arguments, names: readonly string[]): Fields =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(from, name) ? from[name] : undefined;
      if (value === undefined) return [];
      return [[name, SIZES.has(name) && Array.isArray(value) ? size(value as Shape) : value] as const];
    }),
  );

/** The settings of an optimizer that a model file takes. */
const OPTIMIZERS: Readonly<Record<string, readonly string[]>> = {
  SGD: ["lr", "momentum", "dampening", "weight_decay", "nesterov"],
  Adam: ["lr", "betas", "eps", "weight_decay", "amsgrad"],
  AdamW: ["lr", "betas", "eps", "weight_decay", "amsgrad"],
  RMSprop: ["lr", "alpha", "eps", "weight_decay", "momentum", "centered"],
  Adagrad: ["lr", "lr_decay", "weight_decay", "eps"],
};
const LOSSES: ReadonlySet<string> = new Set([
  ...["MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "BCELoss", "BCEWithLogitsLoss"],
  ...["CrossEntropyLoss", "NLLLoss"],
]);

/** The least plane that a convolution makes its output of; one that is as large where the run does not say how it was made. */
function beforeConvolution({ arguments: made, output_shape }: LayerInfo): Shape {
  const plane = output_shape.slice(1);
  if (!made || typeof made["padding"] === "string") return plane;
  const along = (name: string, i: number, fallback: number): number => {
    const value = made[name];
    const one = Array.isArray(value) ? (value as Shape)[i] : value;
    return typeof one === "number" ? one : fallback;
  };
  return plane.map((n, i) => {
    const window = along("dilation", i, 1) * (along("kernel_size", i, 1) - 1) + 1;
    return Math.max(1, (n - 1) * along("stride", i, 1) + window - 2 * along("padding", i, 0));
  });
}

/** What goes into the first layer, one sample of it. */
function inputOf(layer: LayerInfo | undefined): Shape {
  if (!layer) return [1];
  const { type, output_shape } = layer;
  const weight = shapeOf(layer, "weight");
  if (type === "Linear") return [...output_shape.slice(0, -1), weight[1] ?? 1];
  if (type.startsWith("Conv")) return [weight[1] ?? 1, ...beforeConvolution(layer)];
  if (type === "Embedding") return output_shape.slice(0, -1);
  if (has(layer, "weight_ih_l0")) return [output_shape[0] ?? 1, shapeOf(layer, "weight_ih_l0")[1] ?? 1];
  return output_shape;
}

/**
 * A model file of a run's layers, in the order in which the program registers them: their types, names and sizes are the run's, and
 * what they were made with where it says so; data are to be filled in. A `Residual` (as exported programs have) stays one; what else holds layers is taken apart.
 */
export function importedModel(info: RunInfo): ImportedModel {
  const left: string[] = [];
  const guessed: string[] = [];
  const lines: string[] = [];
  const leaves = info.layers.filter(({ path }) => !isParent(info.layers, path));
  const open = (path: string): readonly string[] =>
    info.layers
      .filter((one) => one.type === "Residual" && path.startsWith(`${one.path}.`))
      .map((one) => one.path)
      .sort((a, b) => a.length - b.length);
  const stack: string[] = [];
  const indent = (): string => "        " + "  ".repeat(2 * stack.length);
  const close = (): void => {
    stack.pop();
    lines.push(`${indent()}  ] },`);
  };
  leaves.forEach((layer, i) => {
    const around = { input: leaves[i - 1]?.output_shape, next: leaves[i + 1] };
    const within = open(layer.path);
    while (stack.length > 0 && !within.includes(stack.at(-1) ?? "")) close();
    for (const path of within.slice(stack.length)) {
      const fields = JSON.stringify({ type: "Residual", ...named(path, stack.at(-1)) });
      lines.push(`${indent()}${fields.slice(0, -1)}, "layers": [`);
      stack.push(path);
    }
    const declared = Object.hasOwn(KINDS, layer.type) ? KINDS[layer.type] : undefined;
    const isProjection = within.some((path) => layer.path.startsWith(`${path}.shortcut`));
    const made = layer.arguments;
    const own = declared && (made ? taken(made, declared.takes) : declared.guess?.(layer, around));
    if (own && !isProjection) {
      const isGuess = !made && declared.takes.length > 0 && !CERTAIN.has(layer.type);
      if (isGuess) guessed.push(layer.path);
      const fields = {
        type: layer.type,
        ...named(layer.path, stack.at(-1)),
        ...own,
        ...declared.more(layer, around),
      };
      lines.push(`${indent()}${JSON.stringify(fields)},${isGuess ? ` // ${t`a guess`}` : ""}`);
    } else if (layer.type !== "Sequential" && layer.type !== "Identity") {
      left.push(`${layer.path} (${layer.type})`);
      lines.push(`${indent()}// ${t`${quotedLine(`${layer.path}: ${layer.type}`)} is left out`}`);
    }
  });
  while (stack.length > 0) close();
  return { text: fileOf(info, inputOf(leaves[0]), lines, guessed.length > 0), left, guessed };
}

const isParent = (layers: readonly LayerInfo[], path: string): boolean =>
  layers.some((other) => other.path.startsWith(`${path}.`));

/** Names are of letters, digits and _; a layer that has only a number in what it lies in needs none. */
function named(path: string, within: string | undefined): Fields {
  const own = within === undefined ? path : path.slice(within.length + 1);
  if (/^\d+$/.test(own)) return {};
  const name = own.replaceAll(/[^A-Za-z0-9_]/g, "_").slice(0, LONGEST_NAME);
  return { name: /^\d/.test(name) ? `_${name}` : name };
}

const LONGEST_NAME = 64;

/** On one line, whatever is in it. */
const quotedLine = (text: string): string =>
  JSON.stringify(text.slice(0, 200)).replaceAll(/[\u0080-\u{10ffff}]/gu, "?");

/** The loss, the optimizer and the clipping, as far as the run tells them, and what it does not. */
function trainingOf({ watched }: RunInfo): { readonly lines: readonly string[]; readonly isWhole: boolean } {
  const [made] = watched?.optimizers.length === 1 ? watched.optimizers : [];
  const type = String(made?.["type"]);
  const takes = Object.hasOwn(OPTIMIZERS, type) ? OPTIMIZERS[type] : undefined;
  const optimizer = made && takes !== undefined ? { type, ...taken(made, takes) } : undefined;
  const loss = watched?.loss !== undefined && LOSSES.has(watched.loss) ? watched.loss : undefined;
  const clip = watched?.clip_grad_norm ?? NaN;
  const lines = [
    `"loss": ${JSON.stringify(loss ?? "MSELoss")},`,
    `"optimizer": ${JSON.stringify(optimizer ?? { type: "SGD", lr: 0.01 })},`,
    ...(clip > 0 && Number.isFinite(clip) ? [`"clip_grad_norm": ${clip},`] : []),
  ];
  return { lines, isWhole: optimizer !== undefined && loss !== undefined };
}

function fileOf(info: RunInfo, input: Shape, layers: readonly string[], isGuess: boolean): string {
  const { lines, isWhole } = trainingOf(info);
  const made = isGuess
    ? t`Made of the layers of a run: what it does not tell (strides, padding, dropout, what is called twice) is as their shapes suggest.`
    : t`Made of the layers of a run, in the order in which the program makes them: what it calls twice, or does between them, is not in it.`;
  const missing = isWhole
    ? t`To be filled in: the program's data.`
    : t`To be filled in: the program's loss, optimizer and data.`;
  return `{
  // ${made}
  "version": 1,
  "models": {
    ${JSON.stringify(info.model)}: {
      "input": ${JSON.stringify(input)},
      "layers": [
${layers.join("\n")}
      ],
      // ${missing}
${lines.map((line) => `      ${line}`).join("\n")}
      "data": { "type": "gaussian", "samples": 256 },
      "train": { "steps": 200, "batch_size": 32, "seed": 0 }
    }
  }
}
`;
}
