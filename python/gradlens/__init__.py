"""
Watches a PyTorch training and writes what GradLens shows: gradients, activations and updates of every layer.

    import gradlens                              # before the model is built: then every layer knows its line
    with gradlens.watch(model, optimizer):       # or gradlens.watch(model), which finds the optimizer
        for x, y in loader: ...                  # the loop as it is

    python -m gradlens train.py                  # no change of the code at all
"""

from gradlens import construction as _construction
from gradlens.watch import Watch, watch

__version__ = "0.1.0"
__all__ = ["Watch", "watch"]

_construction.record()
