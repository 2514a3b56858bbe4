"""Steps per second of an exported program in PyTorch, eager, on so many threads: `torch_peer.py PROGRAM THREADS SECONDS`."""

import importlib.util
import sys
import time

import torch

path, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(threads)
spec = importlib.util.spec_from_file_location("program", path)
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)

steps = program.train(program.build_model())
end = time.perf_counter() + seconds / 3
while time.perf_counter() < end:  # warm up
    next(steps)
count, start = 0, time.perf_counter()
while time.perf_counter() < start + seconds:
    next(steps)
    count += 1
print(count / (time.perf_counter() - start))
