import os

import pytest
import torch

# What goes wrong in the watcher goes on to the test.
os.environ["GRADLENS_DEBUG"] = "1"
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    torch.manual_seed(0)
