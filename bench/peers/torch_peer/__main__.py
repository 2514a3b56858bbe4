"""
`python -m torch_peer FOLDER THREADS [BITS]`: trains the workload of the folder as each line of standard input asks,
{"variant": …, "statistics": …, "warm": …, "seconds": …}, and answers with a line: {"rate": steps per second, "loss": of the first step},
or {"error": …}. A variant is prepared, and compiled, when it is first asked for. BITS, 256: of the widest vectors that it may use.
"""

import json
import os
import sys
import time

folder, threads, *bits = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = threads
if bits:
    # PyTorch's own kernels, and those of the libraries that it multiplies and convolves with.
    os.environ |= {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}

import torch  # noqa: E402, after what it reads when it is loaded is set
import torch._inductor.config  # noqa: E402

from .problem import Problem  # noqa: E402
from .variants import prepare  # noqa: E402


def measure(step, reset, warm, seconds):
    reset()
    loss = step().item()
    for_seconds(step, warm)
    return {"rate": for_seconds(step, seconds), "loss": loss}


def for_seconds(step, seconds):
    start, steps = time.perf_counter(), 0
    while steps < 2 or time.perf_counter() - start < seconds:
        step()
        steps += 1
    return steps / (time.perf_counter() - start)


def main():
    torch.set_num_threads(int(threads))
    if bits:
        torch._inductor.config.cpp.simdlen = int(bits[0])
    problem = Problem(folder)
    prepared = {}
    for line in sys.stdin:
        case = json.loads(line)
        key = case["variant"], case["statistics"]
        try:
            if key not in prepared:
                prepared[key] = prepare(problem, *key)
            answer = measure(*prepared[key], case["warm"], case["seconds"])
        except Exception as error:  # whatever a variant cannot do is for the page to say
            answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
        print(json.dumps(answer), flush=True)


main()
