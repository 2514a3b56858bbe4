"""Ways to make a training step in PyTorch. Each gives a function that makes one and returns its loss, and one that starts again."""

import math

import torch
from torch import nn

from . import statistics
from .modules import Unrolled, replaced

OPTIMIZER = {
    "eager": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
    "jit": {"foreach": True},
    "compile": {"fused": True},
    "channels_last": {"fused": True},
}


def prepare(problem, variant, stats):
    return whole(problem, stats) if variant == "whole" else usual(problem, variant, stats)


def usual(problem, variant, stats):
    """Forward, `backward()`, statistics, optimizer, one after the other."""
    model, x, y, loss = problem.model(), problem.input, problem.target, problem.loss
    if variant == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    parameters = list(model.parameters())
    optimizer = problem.optimizer(parameters, **OPTIMIZER[variant])
    observe = observer(problem, model, stats)
    forward = torch.jit.trace(model, x, check_trace=False) if variant == "jit" else model

    def loss_of(x, y):
        return loss(forward(x), y)

    if variant == "compile":
        loss_of = torch.compile(loss_of)

    def step():
        optimizer.zero_grad(set_to_none=True)
        result = loss_of(x, y)
        result.backward()
        if observe:
            observe([p.grad for p in parameters])
        if problem.max_norm:
            nn.utils.clip_grad_norm_(parameters, problem.max_norm)
        optimizer.step()
        return result

    def reset():
        problem.reset(model.state_dict())
        optimizer.state.clear()

    return step, reset


def observer(problem, model, stats):
    if stats == "none":
        return None
    if stats == "full":
        return statistics.Full(model, problem.hist_every)
    if stats == "histograms":
        return statistics.Histograms(model)
    return statistics.BASIC[stats](list(model.parameters()))


def whole(problem, stats):
    """Everything that a step does as one compiled function, as `jax.jit` has it. BatchNorm keeps no running averages."""
    model, x, y = replaced(problem.model(), nn.RNNBase, Unrolled), problem.input, problem.target
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    theta = {name: p.detach().clone() for name, p in model.named_parameters()}
    kind = problem.spec["optimizer"]
    state = {"m": zeros(theta), "v": zeros(theta)} if kind["type"] == "Adam" else {"m": zeros(theta)}
    update = adam if kind["type"] == "Adam" else sgd
    options = kind["params"]

    def everything(theta, state, x, y, factors):
        gradients, loss = torch.func.grad_and_value(
            lambda theta: problem.loss(torch.func.functional_call(model, theta, (x,)), y)
        )(theta)
        rows = statistics.figures(list(gradients.values())) if stats != "none" else None
        if problem.max_norm:
            norm = torch.sqrt(sum((g * g).sum() for g in gradients.values()))
            scale = (problem.max_norm / (norm + 1e-6)).clamp(max=1.0)
            gradients = {name: g * scale for name, g in gradients.items()}
        for name, g in gradients.items():
            update(theta[name], g, {key: block[name] for key, block in state.items()}, options, factors)
        return loss, rows

    compiled = torch.compile(everything, fullgraph=True)
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        with torch.no_grad():
            loss, rows = compiled(theta, state, x, y, corrections(options, steps))
        if rows is not None:
            rows.tolist()
        return loss

    def reset():
        nonlocal steps
        steps = 0
        problem.reset(theta)
        for block in state.values():
            for tensor in block.values():
                tensor.zero_()

    return step, reset


def zeros(theta):
    return {name: torch.zeros_like(p) for name, p in theta.items()}


def corrections(options, steps):
    """Adam's step size and second factor with the bias corrections of this step: tensors, or each step would compile anew."""
    if "betas" not in options:
        return None
    first, second = options["betas"]
    return torch.tensor(options["lr"] / (1 - first**steps)), torch.tensor(1 / math.sqrt(1 - second**steps))


def adam(p, g, state, options, factors):
    (first, second), eps = options["betas"], options["eps"]
    state["m"].mul_(first).add_(g, alpha=1 - first)
    state["v"].mul_(second).addcmul_(g, g, value=1 - second)
    p.sub_(factors[0] * state["m"] / (state["v"].sqrt() * factors[1] + eps))


def sgd(p, g, state, options, _factors):
    if options["momentum"]:
        state["m"].mul_(options["momentum"]).add_(g)
        g = state["m"]
    p.sub_(g, alpha=options["lr"])
