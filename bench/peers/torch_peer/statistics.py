"""Statistics of gradients, and ways to compute them. Each takes them to Python numbers, as whoever shows them must."""

import math

import torch
from torch import nn

from .modules import FastAttention, give_sequence


def naive(gradients):
    """Norm, mean, standard deviation and greatest absolute value, an operation each."""

    def rows(gradients):
        figures = [torch.stack([g.norm(), g.mean(), deviation(g), g.abs().max()]) for g in gradients]
        return torch.stack(figures).tolist()

    return rows


def foreach(gradients):
    """The same, with PyTorch's norms of many tensors at once."""
    share = torch.tensor([1 / g.numel() for g in gradients])
    degrees = torch.tensor([float(max(1, g.numel() - 1)) for g in gradients])

    def rows(gradients):
        norm = torch.stack(torch._foreach_norm(gradients))
        greatest = torch.stack(torch._foreach_norm(gradients, ord=math.inf))
        mean = torch.stack([g.sum() for g in gradients]) * share
        variance = (norm * norm - mean * mean / share) / degrees
        return torch.stack([norm, mean, variance.clamp_min(0).sqrt(), greatest], 1).tolist()

    return rows


def stack(gradients):
    """The same, with gradients of one size stacked."""
    groups = {}
    for i, g in enumerate(gradients):
        groups.setdefault(g.numel(), []).append(i)

    def of_group(n, gradients):
        matrix = torch.stack([g.reshape(-1) for g in gradients]) if len(gradients) > 1 else gradients[0].reshape(1, -1)
        if n > 1:
            std, mean = torch.std_mean(matrix, 1)
        else:
            std, mean = torch.zeros(len(gradients)), matrix.mean(1)
        low, high = torch.aminmax(matrix, dim=1)
        return torch.stack([torch.linalg.vector_norm(matrix, dim=1), mean, std, torch.maximum(-low, high)], 1)

    return lambda gradients: torch.cat(
        [of_group(n, [gradients[i] for i in indices]) for n, indices in groups.items()]
    ).tolist()


def compiled(gradients):
    """The same, as one compiled function."""
    core = torch.compile(figures)
    return lambda gradients: core(gradients).tolist()


def figures(gradients):
    return torch.stack(
        [torch.stack([torch.linalg.vector_norm(g), g.mean(), deviation(g), g.abs().max()]) for g in gradients]
    )


def deviation(g):
    return g.std() if g.numel() > 1 else torch.zeros(())


BASIC = {"naive": naive, "foreach": foreach, "stack": stack, "cstats": compiled}


class Hooks:
    """The outputs of modules in a step, and the gradients there."""

    def __init__(self, modules):
        self.outputs, self.deltas = [], []
        for module in modules:
            module.register_forward_hook(self.observe)

    def observe(self, _module, _inputs, output):
        output = output[0] if isinstance(output, tuple) else output
        self.outputs.append(output.detach())
        if output.requires_grad:
            output.register_hook(self.deltas.append)

    def take(self):
        taken = self.outputs, self.deltas
        self.outputs, self.deltas = [], []
        return taken


class Full:
    """
    About what GradLens computes: of each parameter's gradient norm, mean, deviation, extremes, zeros, and at every k-th
    step (GradLens's k) a histogram over powers of two; the parameter's norm; of each module's output mean, deviation and
    zeros, and the norm of the gradient there. Without dead and saturated units and the size of the update.
    """

    def __init__(self, model, hist_every):
        self.parameters = list(model.parameters())
        self.hist_every = hist_every
        self.steps = 0
        inside = {part for module in model.modules() if isinstance(module, FastAttention) for part in module.children()}
        modules = [m for m in model.modules() if m is not model and type(m) is not nn.Sequential and m not in inside]
        self.hooks = Hooks(modules)

    @torch.no_grad()
    def __call__(self, gradients):
        outputs, deltas = self.hooks.take()
        seen = gradients + outputs
        norms = torch.stack(torch._foreach_norm(seen + deltas + self.parameters))
        sums = torch.stack([t.sum() for t in seen])
        nonzero = torch.stack([torch.count_nonzero(t) for t in seen])
        extremes = torch.stack([torch.stack(torch.aminmax(g)) for g in gradients])
        rows = [norms.tolist(), sums.tolist(), nonzero.tolist(), extremes.tolist()]
        if self.steps % self.hist_every == 0:
            rows.append(torch.stack([histogram(g) for g in gradients]).tolist())
        self.steps += 1
        return rows


class Histograms:
    """
    At every step of each parameter's gradient, of the output of each module that has parameters, and of the gradient there: norm,
    greatest absolute value, sum, zeros and histogram. So the targets suppose: of nn.RNN and nn.LSTM hooks see the outputs of all
    steps, and of attention both projections.
    """

    def __init__(self, model):
        for module in model.modules():
            if isinstance(module, FastAttention):
                module.open()
        self.hooks = Hooks([module for module in model.modules() if module is not model and self.counts(module)])
        for module in model.modules():
            if isinstance(module, nn.RNNBase):
                give_sequence(module)

    @staticmethod
    def counts(module):
        leaf = not any(module.children()) and any(True for _ in module.parameters(recurse=False))
        return leaf or isinstance(module, nn.RNNBase)

    @torch.no_grad()
    def __call__(self, gradients):
        outputs, deltas = self.hooks.take()
        seen = gradients + outputs + deltas
        norms = torch.stack(torch._foreach_norm(seen))
        greatest = torch.stack(torch._foreach_norm(seen, ord=math.inf))
        sums = torch.stack([t.sum() for t in seen])
        nonzero = torch.stack([torch.count_nonzero(t) for t in seen]).float()
        histograms = torch.stack([histogram(t) for t in seen])
        return torch.stack([norms, greatest, sums, nonzero], 1).tolist(), histograms.tolist()


def histogram(g):
    """Elements by their exponent, in 64 bins."""
    return torch.bincount((torch.frexp(g[g != 0])[1] + 47).clamp_(0, 63), minlength=64)
