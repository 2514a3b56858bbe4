import { t } from "../l10n/translate.ts";
import type { LayerInfo, RunInfo } from "../protocol/run.ts";

type Shape = readonly number[];
type Fields = Readonly<Record<string, unknown>>;

/** A model file that was made of a run's layers. */
export interface ImportedModel {
  readonly text: string;
  /** Paths of the layers that are not in it, with their types. */
  readonly left: readonly string[];
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

function recurrent(layer: LayerInfo, { next }: Around): Fields {
  const names = layer.parameters.map(({ name }) => name);
  const num_layers = names.filter((name) => /^weight_hh_l\d+$/.test(name)).length;
  return {
    hidden_size: shapeOf(layer, "weight_hh_l0")[1],
    ...(num_layers > 1 && { num_layers }),
    ...(!has(layer, "bias_hh_l0") && { bias: false }),
    ...(has(layer, "weight_hh_l0_reverse") && { bidirectional: true }),
    ...((next?.output_shape.length ?? 0) > 1 && { output: "sequence" }),
  };
}

const norm = (layer: LayerInfo): Fields => (has(layer, "weight") ? {} : { affine: false });
const nothing = (): Fields => ({});

/** What a layer of each type is declared with, from the shapes of its parameters and outputs: the run tells no more. */
const DECLARED: Readonly<Record<string, (layer: LayerInfo, around: Around) => Fields>> = {
  Linear: (layer) => ({ out_features: shapeOf(layer, "weight")[0], ...withoutBias(layer) }),
  Conv1d: convolution,
  Conv2d: convolution,
  MaxPool2d: pooling,
  AvgPool2d: pooling,
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  Embedding: (layer) => {
    const [num_embeddings, embedding_dim] = shapeOf(layer, "weight");
    return { num_embeddings, embedding_dim };
  },
  BatchNorm1d: norm,
  BatchNorm2d: norm,
  LayerNorm: (layer) => ({ normalized_shape: shapeOf(layer, "weight") }),
  RMSNorm: (layer) => ({ normalized_shape: shapeOf(layer, "weight") }),
  ...Object.fromEntries(
    [
      ...[
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "ELU",
        "SELU",
        "GELU",
        "SiLU",
        "Sigmoid",
        "Tanh",
        "Softplus",
        "Softsign",
      ],
      ...["Hardtanh", "LogSigmoid", "Softmax", "LogSoftmax", "Dropout", "Flatten"],
    ].map((type) => [type, nothing]),
  ),
};

/** What goes into the first layer, one sample of it. */
function inputOf(layer: LayerInfo | undefined): Shape {
  if (!layer) return [1];
  const { type, output_shape } = layer;
  const weight = shapeOf(layer, "weight");
  if (type === "Linear") return [...output_shape.slice(0, -1), weight[1] ?? 1];
  if (type.startsWith("Conv")) return [weight[1] ?? 1, ...output_shape.slice(1)];
  if (type === "Embedding") return output_shape.slice(0, -1);
  if (has(layer, "weight_ih_l0")) return [output_shape[0] ?? 1, shapeOf(layer, "weight_ih_l0")[1] ?? 1];
  return output_shape;
}

/**
 * A model file of a run's layers, in the order in which the program registers them: their types, names and sizes are the run's,
 * data, loss and optimizer are to be filled in. A `Residual` (as exported programs have) stays one; what else holds layers is taken apart.
 */
export function importedModel(info: RunInfo): ImportedModel {
  const left: string[] = [];
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
    const declared = Object.hasOwn(DECLARED, layer.type) ? DECLARED[layer.type] : undefined;
    const isProjection = within.some((path) => layer.path.startsWith(`${path}.shortcut`));
    if (declared && !isProjection) {
      const fields = { type: layer.type, ...named(layer.path, stack.at(-1)), ...declared(layer, around) };
      lines.push(`${indent()}${JSON.stringify(fields)},`);
    } else if (layer.type !== "Sequential" && layer.type !== "Identity") {
      left.push(`${layer.path} (${layer.type})`);
      lines.push(`${indent()}// ${t`${quotedLine(`${layer.path}: ${layer.type}`)} is left out`}`);
    }
  });
  while (stack.length > 0) close();
  return { text: fileOf(info.model, inputOf(leaves[0]), lines), left };
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

const fileOf = (model: string, input: Shape, layers: readonly string[]): string => `{
  // ${t`Made of the layers of a run: what it does not tell (strides, padding, dropout, what is called twice) is as their shapes suggest.`}
  "version": 1,
  "models": {
    ${JSON.stringify(model)}: {
      "input": ${JSON.stringify(input)},
      "layers": [
${layers.join("\n")}
      ],
      // ${t`To be filled in: the program's loss, optimizer and data.`}
      "loss": "MSELoss",
      "optimizer": { "type": "SGD", "lr": 0.01 },
      "data": { "type": "gaussian", "samples": 256 },
      "train": { "steps": 200, "batch_size": 32, "seed": 0 }
    }
  }
}
`;
