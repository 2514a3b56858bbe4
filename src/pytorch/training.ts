import type { DataRequirements } from "../engine/data/data.ts";
import { losses } from "../engine/losses/index.ts";
import type { LossType } from "../engine/losses/loss.ts";
import { optimizers } from "../engine/optimizers/index.ts";
import type { OptimizerType } from "../engine/optimizers/optimizer.ts";
import { schedulers, type SchedulerType } from "../engine/schedulers/index.ts";
import type { Selection } from "../engine/params.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { written } from "./calls.ts";
import { type Expression, format, prefixed, WIDTH } from "./layout.ts";
import { float, INDENT, indented } from "./python.ts";

/** PyTorch required the classes of a sequence's scores in front of its steps. */
const scores = ({ output, targets }: DataRequirements, model: string): string =>
  targets === "class" && output.length === 2 ? `${model}.transpose(1, 2)` : model;

function rowOf<T>(table: Readonly<Record<string, T>>, { type }: Selection): T {
  return table[type];
}

/** `batches`: the numbers of the samples of each batch. */
export function batchesFunction({ train: { shuffle, drop_last } }: ModelSpec): readonly string[] {
  return [
    "def batches(count, generator):",
    ...indented([
      `"""Numbers of the samples of each batch, out of \`count\`, one epoch after the other."""`,
      "while True:",
      ...indented([
        shuffle ? "order = torch.randperm(count, generator=generator)" : "order = torch.arange(count)",
        drop_last
          ? "yield from order[: count // BATCH_SIZE * BATCH_SIZE].split(BATCH_SIZE)"
          : "yield from order.split(BATCH_SIZE)",
      ]),
    ]),
  ];
}

/** Samples that are evaluated at a time. */
const EVALUATED = 256;

/** `evaluate`: the loss on the samples that are held out. */
export const evaluateFunction = (required: DataRequirements): readonly string[] => [
  "@torch.no_grad()",
  "def evaluate(model, loss_function, inputs, targets):",
  ...indented([
    '"""The mean loss in eval() mode."""',
    "model.eval()",
    "total = 0.0",
    `for x, t in zip(inputs.split(${EVALUATED}), targets.split(${EVALUATED})):`,
    ...indented([`total += loss_function(${scores(required, "model(x)")}, t).item() * len(x)`]),
    "model.train()",
    "return total / len(inputs)",
  ]),
];

/** `mean`: what a process alone would have as its loss. */
export const MEAN: readonly string[] = [
  "def mean(loss):",
  ...indented([
    '"""The mean over all processes."""',
    "loss = loss.detach()",
    "if WORLD > 1:",
    ...indented(["distributed.all_reduce(loss)"]),
    "return loss.item() / WORLD",
  ]),
];

/** `train`: a generator of what is known of each step. */
export function trainFunction(spec: ModelSpec, required: DataRequirements): readonly string[] {
  const validates = spec.data.validation > 0;
  const yields = validates
    ? "Yields each step's number, the loss before its update and the validation loss after it, if any."
    : "Yields each step's number and the loss before its update.";
  return [
    "def train(model):",
    ...indented([
      `"""${yields}"""`,
      "generator = torch.Generator().manual_seed(SEED)  # draws the data and their order",
      "inputs, targets = (tensor.to(DEVICE) for tensor in load_data(generator))",
      "model.to(DEVICE)",
      "parallel = nn.parallel.DistributedDataParallel(model) if WORLD > 1 else model",
      ...(validates ? splitLines(spec) : []),
      ...assigned("loss_function", lossCall(spec)),
      ...assigned("optimizer", optimizerCall(spec)),
      ...schedulerLines(spec),
      "",
      "model.train()",
      `for step, batch in zip(range(1, STEPS + 1), batches(${validates ? "len(training)" : "len(inputs)"}, generator)):`,
      ...indented(stepLines(spec, required, validates)),
    ]),
  ];
}

function splitLines({
  data: { validation },
  train: { validate_every, drop_last },
}: ModelSpec): readonly string[] {
  const epoch = drop_last ? "len(training) // BATCH_SIZE" : "-(-len(training) // BATCH_SIZE)";
  return [
    "order = torch.randperm(len(inputs), generator=generator)",
    `held = int(${validation} * len(inputs))`,
    "training, held_out = order[: len(order) - held], order[len(order) - held :]",
    `validate_every = ${validate_every ?? `${epoch}  # an epoch`}`,
  ];
}

/** `name = …`, within a function. */
const assigned = (name: string, expression: Expression): readonly string[] =>
  format(prefixed(`${name} = `, expression), WIDTH - INDENT.length);

function lossCall({ loss }: ModelSpec): Expression {
  const { params, torch } = rowOf<LossType>(losses, loss);
  return written(torch(loss.params), params);
}

function optimizerCall({ optimizer }: ModelSpec): Expression {
  const { params, torch } = rowOf<OptimizerType>(optimizers, optimizer);
  return written(torch(optimizer.params), params, { before: ["model.parameters()"] });
}

function schedulerLines({ lr_scheduler, optimizer, train: { steps } }: ModelSpec): readonly string[] {
  if (!lr_scheduler) return [];
  const { momentum } = rowOf<OptimizerType>(optimizers, optimizer);
  const context = {
    base_lr: Number(optimizer.params["lr"]),
    steps,
    momentum: momentum?.(optimizer.params) !== undefined,
  };
  const { params, torch } = rowOf<SchedulerType>(schedulers, lr_scheduler);
  const call = written(torch(lr_scheduler.params, context), params, { before: ["optimizer"] });
  return assigned("scheduler", call);
}

function stepLines(spec: ModelSpec, required: DataRequirements, validates: boolean): readonly string[] {
  const { clip_grad_norm: norm, clip_grad_value: value } = spec;
  return [
    ...(validates ? ["batch = training[batch]"] : []),
    "part = batch.tensor_split(WORLD)[RANK]  # of this process",
    "optimizer.zero_grad()",
    `loss = loss_function(${scores(required, "parallel(inputs[part])")}, targets[part])`,
    "loss = loss * (len(part) * WORLD / len(batch))  # their mean is the batch's loss",
    "loss.backward()",
    ...(norm ? [`nn.utils.clip_grad_norm_(model.parameters(), ${normArguments(norm)})`] : []),
    ...(value === undefined ? [] : [`nn.utils.clip_grad_value_(model.parameters(), ${float(value)})`]),
    "optimizer.step()",
    ...(spec.lr_scheduler ? ["scheduler.step()"] : []),
    ...(validates
      ? [
          "val_loss = None",
          "if step % validate_every == 0 or step == STEPS:",
          ...indented(["val_loss = evaluate(model, loss_function, inputs[held_out], targets[held_out])"]),
          "yield step, mean(loss), val_loss",
        ]
      : ["yield step, mean(loss)"]),
  ];
}

const normArguments = ({ max_norm, norm_type }: NonNullable<ModelSpec["clip_grad_norm"]>): string =>
  norm_type === 2 ? float(max_norm) : `${float(max_norm)}, norm_type=${float(norm_type)}`;
