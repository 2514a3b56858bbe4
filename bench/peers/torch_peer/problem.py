"""A workload as the benchmark wrote it to a folder: model, weights, batch, loss and optimizer."""

import importlib.util
import json
import pathlib

import numpy
import torch
from torch import nn

from .modules import FastAttention, replaced


class Problem:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        description = json.loads((folder / "problem.json").read_text())
        self.spec = description["spec"]
        self.hist_every = description["histEvery"]
        values = torch.from_numpy(numpy.fromfile(folder / "values.f32", numpy.float32))
        self.tensors = {
            name: values[t["at"] : t["at"] + torch.Size(t["shape"]).numel()].reshape(t["shape"])
            for name, t in description["tensors"].items()
        }
        self.input, self.target = self.tensors.pop("input"), self.tensors.pop("target")
        if description["targets"] == "class":
            self.target = self.target.long()
        self.loss = getattr(nn, self.spec["loss"]["type"])()
        clip = self.spec.get("clip_grad_norm")
        self.max_norm = clip and clip["max_norm"]
        source = importlib.util.spec_from_file_location("model", folder / "model.py")
        self.program = importlib.util.module_from_spec(source)
        source.loader.exec_module(self.program)

    def model(self):
        model = replaced(self.program.build_model(), nn.MultiheadAttention, FastAttention).train()
        self.reset(model.state_dict())
        return model

    def reset(self, state):
        """Sets these tensors, by their names in the state_dict, to the values that training starts from."""
        with torch.no_grad():
            for name, tensor in state.items():
                if name in self.tensors:
                    tensor.copy_(self.tensors[name])

    def optimizer(self, parameters, **implementation):
        """`implementation`: foreach or fused, which all compute the same."""
        kind = self.spec["optimizer"]
        known = {"lr", "momentum"} if kind["type"] == "SGD" else {"lr"}  # the rest are PyTorch's defaults
        options = {name: value for name, value in kind["params"].items() if name in known}
        return getattr(torch.optim, kind["type"])(parameters, **options, **implementation)
