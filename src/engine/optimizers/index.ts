import { t } from "../../l10n/translate.ts";
import { boolean, number, numbers } from "../params.ts";
import { always, torchCall } from "../torch.ts";
import { optimizer, type OptimizerType, type StepSettings } from "./optimizer.ts";

const lr = (fallback: number) => number("Learning rate.", { min: 0 }, fallback);
const weightDecay = (fallback: number) => number("Weight decay (an L2 penalty).", { min: 0 }, fallback);
const eps = (fallback: number) =>
  number("Added to the denominator, for numerical stability.", { min: 0 }, fallback);
const betas = numbers(
  "Decay of the running averages of the gradient and of its square.",
  2,
  { min: 0, below: 1 },
  [0.9, 0.999],
);
const amsgrad = boolean("Use the greatest of all past averages of the square (Reddi et al., 2018).", false);

interface AdamParams {
  readonly lr: number;
  readonly betas: readonly number[];
  readonly eps: number;
  readonly weight_decay: number;
  readonly amsgrad: boolean;
}

/** Adam and AdamW differ in where the weight decay goes: into the gradient, or straight into the weights. */
const adamFamily = (decoupled: boolean) => ({
  state: ({ amsgrad }: AdamParams) => ["exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])],
  hyper(
    { betas, eps, weight_decay }: AdamParams,
    { lr, momentum, step }: StepSettings,
    d: Float64Array,
    at: number,
  ) {
    const beta1 = momentum ?? betas[0];
    d[at] = lr / (1 - beta1 ** step);
    d[at + 1] = beta1;
    d[at + 2] = betas[1];
    d[at + 3] = eps;
    d[at + 4] = decoupled ? 0 : weight_decay;
    d[at + 5] = Math.sqrt(1 - betas[1] ** step);
    d[at + 6] = decoupled ? 1 - lr * weight_decay : 1;
  },
  record: (
    k: Parameters<OptimizerType["record"]>[0],
    { n, theta, grad, state: [m, v, vmax = -1], hyper, out }: Parameters<OptimizerType["record"]>[1],
  ) => k.adam(n, theta, grad, m, v, vmax, hyper, out),
  momentum: ({ betas }: AdamParams) => betas[0],
});

/** Every optimizer, by the name of the PyTorch class. */
export const optimizers = {
  SGD: optimizer({
    doc: "Stochastic gradient descent, with momentum where it is not 0 (Sutskever et al., 2013).",
    params: {
      lr: lr(0.01),
      momentum: number("Share of the last change that is kept.", { min: 0 }, 0),
      dampening: number("Dampening of the gradient where there is momentum.", {}, 0),
      weight_decay: weightDecay(0),
      nesterov: boolean("Look ahead along the momentum (Nesterov).", false),
    },
    state: ({ momentum }) => (momentum === 0 ? [] : ["momentum_buffer"]),
    hyper({ momentum, dampening, weight_decay, nesterov }, { lr, momentum: cycled, step }, d, at) {
      d[at] = lr;
      d[at + 1] = cycled ?? momentum;
      d[at + 2] = step === 1 ? 0 : dampening; // the first buffer is the gradient itself
      d[at + 3] = weight_decay;
      d[at + 4] = nesterov ? 1 : 0;
    },
    record: (k, { n, theta, grad, state: [momentum = -1], hyper, out }) =>
      k.sgd(n, theta, grad, momentum, hyper, out),
    check: ({ momentum, dampening, nesterov }) =>
      nesterov && (momentum <= 0 || dampening !== 0)
        ? t`nesterov needs a momentum above 0 and no dampening, found momentum ${momentum} and dampening ${dampening}`
        : undefined,
    momentum: ({ momentum }) => (momentum === 0 ? undefined : momentum),
    torch: ({ lr, ...others }) => torchCall("torch.optim.SGD", [], { lr: always(lr), ...others }),
  }),

  Adam: optimizer({
    doc: "Steps scaled by running averages of the gradient and of its square (Kingma & Ba, 2015).",
    params: { lr: lr(1e-3), betas, eps: eps(1e-8), weight_decay: weightDecay(0), amsgrad },
    ...adamFamily(false),
    torch: (params) => torchCall("torch.optim.Adam", [], params),
  }),

  AdamW: optimizer({
    doc: "Adam with weight decay apart from the gradient (Loshchilov & Hutter, 2019).",
    params: { lr: lr(1e-3), betas, eps: eps(1e-8), weight_decay: weightDecay(1e-2), amsgrad },
    ...adamFamily(true),
    torch: (params) => torchCall("torch.optim.AdamW", [], params),
  }),

  RMSprop: optimizer({
    doc: "Steps divided by a running root mean square of the gradient (Hinton, lecture 6e, 2012).",
    params: {
      lr: lr(0.01),
      alpha: number("Decay of the running average of the square.", { min: 0, max: 1 }, 0.99),
      eps: eps(1e-8),
      weight_decay: weightDecay(0),
      momentum: number("Share of the last change that is kept.", { min: 0 }, 0),
      centered: boolean("Divide by an estimate of the variance instead.", false),
    },
    state: ({ momentum, centered }) => [
      "square_avg",
      ...(momentum > 0 ? ["momentum_buffer"] : []),
      ...(centered ? ["grad_avg"] : []),
    ],
    hyper({ alpha, eps, weight_decay, momentum }, { lr, momentum: cycled }, d, at) {
      d[at] = lr;
      d[at + 1] = alpha;
      d[at + 2] = eps;
      d[at + 3] = weight_decay;
      d[at + 4] = cycled ?? momentum;
    },
    record(k, { n, theta, grad, state, hyper, out }, { momentum, centered }) {
      const [square, ...rest] = state;
      const buffer = momentum > 0 ? rest[0] : -1;
      k.rmsprop(n, theta, grad, square, buffer, centered ? rest[rest.length - 1] : -1, hyper, out);
    },
    momentum: ({ momentum }) => (momentum === 0 ? undefined : momentum),
    torch: ({ lr, ...others }) => torchCall("torch.optim.RMSprop", [], { lr: always(lr), ...others }),
  }),

  Adagrad: optimizer({
    doc: "Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).",
    params: {
      lr: lr(0.01),
      lr_decay: number("Decay of the learning rate.", { min: 0 }, 0),
      weight_decay: weightDecay(0),
      eps: eps(1e-10),
    },
    state: () => ["sum"],
    hyper({ lr_decay, weight_decay, eps }, { lr, step }, d, at) {
      d[at] = lr / (1 + (step - 1) * lr_decay);
      d[at + 1] = eps;
      d[at + 2] = weight_decay;
    },
    record: (k, { n, theta, grad, state: [sum], hyper, out }) => k.adagrad(n, theta, grad, sum, hyper, out),
    torch: ({ lr, ...others }) => torchCall("torch.optim.Adagrad", [], { lr: always(lr), ...others }),
  }),
} satisfies Record<string, OptimizerType>;
